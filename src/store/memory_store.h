// A store in memory: for tests, for scratch databases and for caches.
//
// Two kinds: one that only its owner knows, and those that the whole process finds by name, as a
// database "mem:NAME" must be found again by whoever connects to it later.
//
// Nothing survives the process; "durable" means no more than "written" here.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <stele/store.h>

#include "base/environment.h"
#include "base/mutex.h"

namespace stele::store {

// A store of one's own. `environment` gives ages and deadlines and must outlive the store.
std::shared_ptr<Store> make_memory_store(
    base::Environment& environment = base::system_environment(), std::string url = "mem:");

// Stores by name. They live until they are dropped, whether or not anyone holds them.
class MemoryStores {
 public:
  explicit MemoryStores(base::Environment& environment) : environment_(environment) {}

  // The store of that name, an empty one if there is none yet.
  std::shared_ptr<Store> open(const std::string& name);
  // The store of that name, or null.
  std::shared_ptr<Store> find(const std::string& name) const;
  // In ascending order.
  std::vector<std::string> names() const;
  // Forgets the name. Who holds the store keeps it; the next to open the name gets another.
  void drop(const std::string& name);

 private:
  base::Environment& environment_;
  mutable base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Store>> stores_;
};

// The registry of this process, on the system's environment.
MemoryStores& process_memory_stores();

inline std::shared_ptr<Store> open_memory_store(const std::string& name) {
  return process_memory_stores().open(name);
}

}  // namespace stele::store
