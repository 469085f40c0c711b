// Values to text. What is written reads back as an equal value of the same kind.
//
// Doubles are written with the fewest digits that read back exactly and always with a '.' or an
// exponent (9.99, 1.0, 1.0E10); sets and maps in their canonical order; keywords and symbols that
// EDN could not read back are written all the same (they came from a program).
#pragma once

#include <string>

#include <stele/value.h>

namespace stele::edn {

std::string write(const Value& value);
void append(std::string& out, const Value& value);

// The same, broken over lines at `width` columns and indented, for people.
std::string write_pretty(const Value& value, int width = 80);

// At most `length_max` bytes, ending in an ellipsis if cut: for error messages.
std::string write_short(const Value& value, std::size_t length_max = 80);

}  // namespace stele::edn
