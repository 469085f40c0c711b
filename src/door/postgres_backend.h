// The registry's part for PostgreSQL: from {:backend :postgres …} to what opens it.
//
//   {:backend :postgres :url "postgres://ann@host/db?prefix=catalog"}
//   {:backend :postgres :host "host" :port 5432 :user "ann" :dbname "db" :prefix "catalog"}
//
// The second form takes all of libpq's parameters by their names; :table is another name of
// :prefix.
//
// Thread safety: functions of their arguments.
#pragma once

#include <stele/store.h>

#include "door/registry.h"

namespace stele::door {

// Errors: `invalid` `:config/syntax`, `:config/url`, `:config/prefix`; the store's own. No password
// is ever in them.
Result<std::shared_ptr<Store>> open_postgres(const Value& map, Access access);
Result<bool> postgres_exists(const Value& map);
// Those of all prefixes, unless the map names one.
Result<std::vector<Value>> postgres_stores_in(const Value& map);

}  // namespace stele::door
