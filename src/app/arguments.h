// Arguments that are forms: given as they are, in a file, or on standard input.
#pragma once

#include <cstdint>
#include <string>

#include <stele/value.h>

namespace stele::app {

// "-" is what stands on standard input, "@PATH" what stands in a file, anything else itself.
// Error: `unavailable` `:file/unreadable`.
Result<std::string> text_argument(const std::string& argument);

// The one form in it. Errors: as above; `:edn/…`.
Result<Value> form_argument(const std::string& argument);

// A number and s, m, h or d, in milliseconds. Error: `invalid` `:argument/time`.
Result<std::int64_t> duration_argument(const std::string& argument);

}  // namespace stele::app
