// Numbers of any size: bigint and bigdec as their texts hold them, and arithmetic on them.
//
// A big number is unscaled * 10^-scale; a bigint's scale is 0. This is the only door to the library
// that does the long arithmetic. Nothing here allocates more than its operands' digits call for:
// 1E+1000000000M is compared by its magnitude and refused by sums.
//
// Thread safety: free functions; views borrow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <stele/value.h>

#include "base/bytes.h"

namespace stele::value {

// What parsing and arithmetic refuse to exceed: about 150,000 digits. Beyond it the square cost of
// converting between decimal and binary would be felt.
inline constexpr std::size_t kMagnitudeBytesMax = 64 * 1024;
inline constexpr std::size_t kDigitsMax = 150'000;
// Java's limits, so that every number of a dump fits. Both ends are legal.
inline constexpr std::int64_t kScaleMin = INT32_MIN;
inline constexpr std::int64_t kScaleMax = INT32_MAX;

struct BigView {
  bool negative = false;
  base::ByteView magnitude;  // big-endian, no leading zeros; empty is 0
  std::int64_t scale = 0;

  bool is_zero() const { return magnitude.empty(); }
  int sign() const { return is_zero() ? 0 : negative ? -1 : 1; }
};

struct Big {
  bool negative = false;
  base::Bytes magnitude;
  std::int64_t scale = 0;

  BigView view() const { return {negative, magnitude, scale}; }
};

// An int64 in the clothes of a big number.
class Int64AsBig {
 public:
  explicit Int64AsBig(std::int64_t i);
  BigView view() const { return {negative_, {bytes_ + begin_, 8 - begin_}, 0}; }

 private:
  std::uint8_t bytes_[8];
  std::size_t begin_ = 0;
  bool negative_;
};

// From the checked text of a bigint or bigdec, and back.
BigView big_of(Kind kind, base::ByteView text);
Value value_of(Kind kind, BigView big);
// From any bytes; nullopt if they are not such a text.
std::optional<BigView> read_big(Kind kind, base::ByteView text);

// The int64 that is equal, if there is one. The scale is not looked at.
std::optional<std::int64_t> int64_of(BigView big);

// By numeric value, exact: -1, 0 or 1. Infinities and NaN are at their ends. [D-30.3, D-35]
int compare(BigView a, BigView b);
int compare(BigView a, double b);

// "-12", "12.50", "1E+3", ".5"; digits only unless `may_have_scale`. nullopt if it is no number, or
// one beyond the limits above.
std::optional<Big> parse_big(std::string_view text, bool may_have_scale);
// The way Java writes a BigDecimal: the scale can be read off the text.
std::string print_big(BigView big);

// The nearest double; infinity beyond all doubles.
double to_double(BigView big);

// Arithmetic. nullopt: the result would exceed the limits above.
std::optional<Big> add(BigView a, BigView b);  // the scale is the greater one
std::optional<Big> subtract(BigView a, BigView b);
std::optional<Big> multiply(BigView a, BigView b);  // scales add up
// Integer division that cuts towards zero, and what is left of it. `b` is not zero.
struct Division {
  Big quotient;
  Big remainder;
};
std::optional<Division> divide_whole(BigView a, BigView b);
// a / b for integers as the nearest double. `b` is not zero.
double divide_to_double(BigView a, BigView b);
// The exact quotient with a scale as near to a.scale - b.scale as there is one; `b` is not zero.
// `is_endless`: no finite decimal is the quotient.
struct DecimalQuotient {
  std::optional<Big> quotient;
  bool is_endless = false;
};
DecimalQuotient divide_decimal(BigView a, BigView b);

}  // namespace stele::value
