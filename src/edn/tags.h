// The tags that stand for a kind of value: #inst #uuid #bytes #float #bigint #bigdec #float-array
// #double-array. Every other tag stays on its value.
#pragma once

#include <string_view>

#include <stele/value.h>

namespace stele::edn {

// A function from what stands behind the tag to the value of that kind. `source` is how the value
// was written: #bigdec 1.10 keeps the zero that its double has lost.
// Errors: invalid `:edn/tag`, `:edn/instant`, `:edn/uuid` or `:edn/number`, without a place.
using Interpreter = Result<Value> (*)(const Value& value, std::string_view source);

// Null for a tag that has no kind of its own.
Interpreter interpreter_of(std::string_view tag);

}  // namespace stele::edn
