// Plain: the text of a value without EDN's marks, as JSON and CSV write it.
//
//   string, character   itself                       "Größe"
//   keyword, symbol     without the colon            product/sku
//   instant             RFC 3339, UTC                2025-11-01T00:00:00.000Z
//   uuid                itself                       550e8400-e29b-41d4-a716-446655440000
//   bytes               hexadecimal                  00ff
//   integers, decimals  all their digits             9007199254740993   1.50
//   floats              the fewest digits that read back the same, with a point or an exponent;
//                       NaN, Infinity, -Infinity
//   boolean, nil        true, false, null
#pragma once

#include <string>

#include <stele/value.h>

namespace stele::app {

// Vectors, lists, sets, maps, arrays and tagged values have no such text.
bool has_plain(const Value& value);
// Programmer's error: a value without one.
std::string plain(const Value& value);
// What a key of a map names: a string, keyword or symbol plainly, everything else as EDN.
std::string plain_key(const Value& key);

}  // namespace stele::app
