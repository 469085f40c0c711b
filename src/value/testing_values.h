// Random values of every kind, for the tests of all rooms.
//
// They are chosen to be awkward: few distinct strings and small numbers, so that equal values meet;
// and the numbers at which comparisons of different kinds go wrong.
#pragma once

#include <vector>

#include <stele/value.h>

#include "base/testing_random.h"

namespace stele::value {

// Collections nest at most `depth` deep.
Value random_value(base::TestRandom& random, int depth = 2);
Value random_value_of(Kind kind, base::TestRandom& random, int depth = 2);
Value random_number(base::TestRandom& random);

// 2^53 and its neighbours in every kind, the ends of int64, infinities, NaN, both zeros,
// subnormals, decimals of every scale, numbers beyond all doubles.
const std::vector<Value>& nasty_numbers();

// Random, nasty, and nearly equal values of all kinds, some hundred of them.
std::vector<Value> assorted_values(base::TestRandom& random, std::size_t random_count = 300);

// For messages of failing tests: readable, not EDN.
std::string describe(const Value& value);

// Shorthand that ends the test program where the text is no number.
Value bigint(std::string_view decimal);
Value bigdec(std::string_view decimal);

}  // namespace stele::value
