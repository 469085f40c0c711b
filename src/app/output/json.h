// JSON (RFC 8259), and NDJSON: one JSON value a line.
//
//   EDN                                  JSON
//   nil, true, "text"                    null, true, "text"
//   integer up to 2^53 either way        a number; beyond that, where many readers round, a string
//                                        of its digits
//   float                                a number; NaN and infinities are strings: "NaN"
//   decimal (1.50M)                      a string, "1.50": nothing is lost
//   keyword, symbol                      a string without the colon: "product/sku"
//   instant, uuid, bytes, character      a string: app/output/plain.h
//   vector, list, set, arrays            an array; a set in ascending order
//   map                                  an object; a key that is no text, keyword or symbol is
//                                        written as EDN
//   #tag value                           {"#tag": value}
//
// Rows are objects under the names of :keys, :strs or :syms if the query has one of these,
// otherwise under those of :find without the question mark; a second one of the same name with _2;
// the other shapes of :find are an array, an object or null, and a value or null.
#pragma once

#include <string>

#include "app/output/grid.h"
#include "app/output/sink.h"

namespace stele::app {

void append_json(std::string& out, const Value& value);

void write_json(Sink& out, const Grid& grid);
// A line for each row or value.
void write_ndjson(Sink& out, const Grid& grid);

}  // namespace stele::app
