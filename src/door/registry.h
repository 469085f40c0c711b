// Registry: from a store map to a Store. The one place that knows which backends there are.
#pragma once

#include <vector>

#include <stele/store.h>

namespace stele::door {

enum class Access { open, create };

// The store that a map like {:backend :file :path "…"} names; with `create` it is made if it is not
// there. Errors: `invalid` `:config/backend`, `:config/syntax`; the backend's own, among them
// `unavailable` `:backend-does-not-exist`.
Result<std::shared_ptr<Store>> open_store(const Value& store, Access access);

// The maps of the stores in a place, which is named by a map as a store is: the place itself, if it
// may be one, and what is directly in it. Some may turn out to hold no database. Errors: `invalid`
// as above; `unavailable`, if the place cannot be looked into.
Result<std::vector<Value>> stores_in(const Value& place);

// Is there such a store? Error: `invalid` as above.
Result<bool> store_exists(const Value& store);

}  // namespace stele::door
