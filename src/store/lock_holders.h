// LockHolders: which thread holds the lock of which head, for stores whose writes wait for locks
// and must let the holder's own writes through.
//
// Thread safety: may be used from any number of threads at once. Not in WebAssembly.
#pragma once

#include <map>
#include <string>
#include <thread>

#include "base/mutex.h"

namespace stele::store {

class LockHolders {
 public:
  // The calling thread took the lock of the head; nobody else holds it.
  void add(const std::string& head) {
    base::Lock held(mutex_);
    threads_[head] = std::this_thread::get_id();
  }
  // Before the lock is released.
  void remove(const std::string& head) {
    base::Lock held(mutex_);
    threads_.erase(head);
  }
  // Does the calling thread hold it?
  bool holds(const std::string& head) const {
    base::Lock held(mutex_);
    const auto found = threads_.find(head);
    return found != threads_.end() && found->second == std::this_thread::get_id();
  }

 private:
  using ThreadId = decltype(std::this_thread::get_id());

  mutable base::Mutex mutex_;
  std::map<std::string, ThreadId> threads_;  // guarded by mutex_
};

}  // namespace stele::store
