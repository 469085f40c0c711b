// Location: which database is meant, read from a URL or from an EDN map.
//
//   file:/srv/inventory@2025-11-01#main
//   {:store {:backend :file :path "/srv/inventory"} :schema-flexibility :read}
#pragma once

#include <optional>
#include <string>
#include <variant>

#include <stele/datom.h>

namespace stele::door {

struct Location {
  Value store;  // {:backend :file :path "…"}: what the registry opens
  std::string branch = "db";
  std::optional<std::variant<TxId, Instant>> moment;  // of `@T`
  // The other keys of the map form; a map, empty for URLs.
  Value options;
};

// Errors: `invalid` `:config/url`, `:config/syntax`, `:config/unknown-key`; `:edn/…` for the map.
Result<Location> read_location(std::string_view url_or_map);
Result<Location> location_of(const Value& url_or_map);

// Does this text name a database (rather than being a value)?
bool names_database(std::string_view text);

}  // namespace stele::door
