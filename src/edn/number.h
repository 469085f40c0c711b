// Numbers as EDN writes them: 42 -7 12N 1.5 1e-3 9.90M.
#pragma once

#include <string>
#include <string_view>

#include <stele/value.h>

namespace stele::edn {

// The number written `token`, which begins with a digit or with a sign and a digit.
// An integer beyond int64 becomes a bigint; a float that a double cannot hold is refused.
// Error: invalid `:edn/number`, without a place.
Result<Value> read_number(std::string_view token);

// Decimal digits with a point or an exponent, as checked by read_number, to the nearest double.
// False if that is infinite, or zero for digits that are not.
bool parse_double(std::string_view digits, double& out);

// The fewest digits that read back exactly: 9.99, 1.0, 1.0E10, 2.5E-4, ##Inf, ##-Inf, ##NaN.
void append_double(std::string& out, double number);
// The same for a float: 0.1, where its double would be 0.10000000149011612.
void append_float(std::string& out, float number);

}  // namespace stele::edn
