// The registry's part for stores in buckets: from {:backend :s3 …} to what opens it.
//
// Thread safety: functions of their arguments.
#pragma once

#include <stele/store.h>

namespace stele::door {

// Errors: `invalid` `:config/syntax`; no secret of the map is ever in them.
Result<std::shared_ptr<Store>> open_s3(const Value& map);
Result<bool> s3_exists(const Value& map);
// The place itself and what is one part of a prefix below it.
Result<std::vector<Value>> s3_stores_in(const Value& map);

}  // namespace stele::door
