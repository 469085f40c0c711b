// The registry's part for published databases and for caches in front of other stores, and how
// their URLs become maps:
//
//   https://example.org/catalog          {:backend :http :url "https://example.org/catalog"}
//   tiered:/var/cache/stele,s3://b/db    {:backend :tiered
//                                         :front {:backend :file-cache :path "/var/cache/stele"}
//                                         :back "s3://b/db"}
//
// Thread safety: functions of their arguments.
#pragma once

#include <string_view>

#include <stele/store.h>

#include "door/registry.h"

namespace stele::door {

// `rest` is what follows "tiered:", without marks. Error: a sentence why it names no store.
Result<Value> tiered_store_map(std::string_view rest);

// Of {:backend :http …}. Nothing is asked of the server. Errors: `invalid` `:config/syntax`,
// `:config/unknown-key`, `:config/url`.
Result<std::shared_ptr<Store>> open_http(const Value& map);

// Of {:backend :tiered …}. Errors: as above; those of the back; `invalid` `:store/foreign` and
// `unavailable` `:store/io` of the cache's folder.
Result<std::shared_ptr<Store>> open_tiered(const Value& map, Access access);
// Is there such a back?
Result<bool> tiered_exists(const Value& map);

}  // namespace stele::door
