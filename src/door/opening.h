// What the registry does alike for every backend.
//
// Thread safety: functions of their arguments.
#pragma once

#include <memory>
#include <utility>

#include <stele/store.h>

#include "door/registry.h"

namespace stele::door {

// :read-only? of a store map; false where it is not there. Error: `invalid` `:config/syntax`.
Result<bool> wants_read_only(const Value& map);

// The map with another value under that key.
Value with_entry(const Value& map, std::string_view key, Value value);

// Opens what the backend finds at `place`; with Access::create it is made if it is not there. What
// is not there is `unavailable` `:backend-does-not-exist`.
template <typename Backend, typename Place, typename Options>
Result<std::shared_ptr<Store>> open_or_create(const Place& place, const Options& options,
                                              Access access) {
  if (access == Access::create) {
    auto created = Backend::create(place, options);
    if (created.ok() || created.error().code() != "store/exists") return created;
  }
  auto opened = Backend::open(place, options);
  if (!opened.ok() && opened.error().code() == "store/missing") {
    return unavailable("backend-does-not-exist", opened.error().message());
  }
  return opened;
}

}  // namespace stele::door
