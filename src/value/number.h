// Arithmetic on values, as queries and aggregates do it. [Arithmetic in 4.9.1, J-22]
//
// The kinds of the operands choose the kind of the result: a float with anything gives a double
// (IEEE), otherwise a bigdec with anything a bigdec, otherwise a bigint with anything a bigint, and
// two int64s an int64. Sums and products are exact but for doubles.
//
// Errors: invalid `:query/function` where an operand is no number; invalid `:query/arithmetic`
// where an int64 overflows, an integer or decimal is divided by zero, a decimal quotient has no
// end, or a result would exceed the limits of bignum.h.
//
// Thread safety: free functions.
#pragma once

#include <stele/value.h>

namespace stele::value {

Result<Value> add(const Value& a, const Value& b);
Result<Value> subtract(const Value& a, const Value& b);
Result<Value> multiply(const Value& a, const Value& b);
Result<Value> negate(const Value& a);

// Integers: exact where b divides a, otherwise the nearest double. Decimals: the exact quotient.
Result<Value> divide(const Value& a, const Value& b);
// a / b cut towards zero.
Result<Value> quotient(const Value& a, const Value& b);
// a - b * quotient(a, b): the sign of a.
Result<Value> remainder(const Value& a, const Value& b);
// The remainder with the sign of b.
Result<Value> modulo(const Value& a, const Value& b);

// The nearest double of any number; programmer's error for other kinds.
double to_double(const Value& number);

}  // namespace stele::value
