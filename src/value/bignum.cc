#include "value/bignum.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include <boost/multiprecision/cpp_int.hpp>

#include "base/check.h"
#include "value/block.h"
#include "value/cell.h"

namespace stele::value {
namespace {

using Integer = boost::multiprecision::cpp_int;

Integer integer_of(base::ByteView magnitude) {
  Integer x;
  if (!magnitude.empty()) {
    boost::multiprecision::import_bits(x, magnitude.begin(), magnitude.end(), 8);
  }
  return x;
}

Integer signed_integer_of(BigView big) {
  Integer x = integer_of(big.magnitude);
  if (big.negative) x = -x;
  return x;
}

Big big_from(const Integer& x, std::int64_t scale) {
  Big out;
  out.scale = scale;
  if (x.is_zero()) return out;
  out.negative = x.sign() < 0;
  const Integer magnitude = abs(x);
  boost::multiprecision::export_bits(magnitude, std::back_inserter(out.magnitude), 8);
  return out;
}

std::optional<Big> within_limits(Big big) {
  if (big.magnitude.size() > kMagnitudeBytesMax) return std::nullopt;
  if (big.scale < kScaleMin || big.scale > kScaleMax) return std::nullopt;
  return big;
}

Integer power_of_ten(std::int64_t exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

std::int64_t bits_of(base::ByteView magnitude) {
  if (magnitude.empty()) return 0;
  return static_cast<std::int64_t>(magnitude.size()) * 8 - std::countl_zero(magnitude[0]);
}

// low <= floor(log10 |x|) <= high for a number of this many bits (not 0): log10(2) = 0.30102999...
struct Decades {
  std::int64_t low;
  std::int64_t high;
};
Decades decades_of(BigView big) {
  const std::int64_t bits = bits_of(big.magnitude);
  return {(bits - 1) * 30102 / 100000 - big.scale, bits * 30103 / 100000 - big.scale};
}

std::optional<std::uint64_t> uint64_of(base::ByteView magnitude) {
  if (magnitude.size() > 8) return std::nullopt;
  std::uint64_t x = 0;
  for (const std::uint8_t byte : magnitude) x = x << 8 | byte;
  return x;
}

constexpr std::uint64_t kPowersOfTen[] = {1ull,
                                          10ull,
                                          100ull,
                                          1'000ull,
                                          10'000ull,
                                          100'000ull,
                                          1'000'000ull,
                                          10'000'000ull,
                                          100'000'000ull,
                                          1'000'000'000ull,
                                          10'000'000'000ull,
                                          100'000'000'000ull,
                                          1'000'000'000'000ull,
                                          10'000'000'000'000ull,
                                          100'000'000'000'000ull,
                                          1'000'000'000'000'000ull,
                                          10'000'000'000'000'000ull,
                                          100'000'000'000'000'000ull,
                                          1'000'000'000'000'000'000ull,
                                          10'000'000'000'000'000'000ull};

__extension__ using Uint128 = unsigned __int128;

template <typename T>
int sign_of(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare_magnitudes(base::ByteView a, base::ByteView b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  if (a.empty()) return 0;
  const int order = std::memcmp(a.data(), b.data(), a.size());
  return sign_of(order, 0);
}

// |a| ? |b| where a.scale < b.scale and their decades overlap, so that the difference of the scales
// is about the difference of their lengths.
int compare_scaled(BigView a, BigView b) {
  const std::int64_t shift = b.scale - a.scale;
  const auto small_a = uint64_of(a.magnitude);
  const auto small_b = uint64_of(b.magnitude);
  if (small_a && small_b && shift < static_cast<std::int64_t>(std::size(kPowersOfTen))) {
    return sign_of(Uint128(*small_a) * kPowersOfTen[shift], Uint128(*small_b));
  }
  const Integer raised = integer_of(a.magnitude) * power_of_ten(shift);
  return sign_of(raised, integer_of(b.magnitude));
}

int compare_absolute(BigView a, BigView b) {
  if (a.scale == b.scale) return compare_magnitudes(a.magnitude, b.magnitude);
  const Decades a_decades = decades_of(a);
  const Decades b_decades = decades_of(b);
  if (a_decades.low > b_decades.high) return 1;
  if (a_decades.high < b_decades.low) return -1;
  return a.scale < b.scale ? compare_scaled(a, b) : -compare_scaled(b, a);
}

// |a| ? d for d > 0 and finite.
int compare_absolute(BigView a, double d) {
  int exponent = 0;
  const double fraction = std::frexp(d, &exponent);  // d = fraction * 2^exponent, in [0.5, 1)
  const Decades decades = decades_of(a);
  const double log2_to_10 = 0.30102999566398120;
  // One decade of slack on each side covers the rounding of these two products.
  if (static_cast<double>(decades.low) > std::floor(exponent * log2_to_10) + 1) return 1;
  if (static_cast<double>(decades.high) < std::floor((exponent - 1) * log2_to_10) - 1) return -1;

  Integer left = integer_of(a.magnitude);
  Integer right = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  const int shift = exponent - 53;
  if (shift > 0) {
    right <<= static_cast<unsigned>(shift);
  } else {
    left <<= static_cast<unsigned>(-shift);
  }
  if (a.scale > 0) {
    right *= power_of_ten(a.scale);
  } else {
    left *= power_of_ten(-a.scale);
  }
  return sign_of(left, right);
}

// numerator / denominator, both positive, rounded once to the nearest double. (A result so small
// that doubles thin out is rounded a second time by ldexp.)
double ratio(Integer numerator, Integer denominator) {
  using boost::multiprecision::msb;
  // Shifted so that the quotient has 64 or 65 bits: more than a double keeps, and the last bit says
  // whether anything was cut off.
  const auto lengths =
      static_cast<std::int64_t>(msb(numerator)) - static_cast<std::int64_t>(msb(denominator));
  const std::int64_t shift = 64 - lengths;
  if (shift > 0) {
    numerator <<= static_cast<unsigned>(shift);
  } else {
    denominator <<= static_cast<unsigned>(-shift);
  }
  Integer quotient;
  Integer remainder;
  divide_qr(numerator, denominator, quotient, remainder);
  int dropped = 0;
  bool is_inexact = !remainder.is_zero();
  while (msb(quotient) >= 64) {
    is_inexact = is_inexact || bit_test(quotient, 0);
    quotient >>= 1;
    ++dropped;
  }
  auto bits = static_cast<std::uint64_t>(quotient);
  if (is_inexact) bits |= 1;
  const std::int64_t exponent = std::clamp<std::int64_t>(dropped - shift, -5000, 5000);
  return std::ldexp(static_cast<double>(bits), static_cast<int>(exponent));
}

}  // namespace

// ---- Texts --------------------------------------------------------------------------------------

Int64AsBig::Int64AsBig(std::int64_t i) : negative_(i < 0) {
  const auto bits = static_cast<std::uint64_t>(i);
  const std::uint64_t magnitude = negative_ ? ~bits + 1 : bits;
  for (int at = 0; at < 8; ++at) {
    bytes_[at] = static_cast<std::uint8_t>(magnitude >> (56 - 8 * at));
  }
  while (begin_ < 8 && bytes_[begin_] == 0) ++begin_;
}

BigView big_of(Kind kind, base::ByteView text) {
  const std::uint8_t* at = text.data();
  const std::uint8_t* const end = at + text.size();
  const std::int64_t scale = kind == Kind::bigdec ? base::unzigzag(take_varint(at)) : 0;
  const bool negative = *at++ == 0;
  return {negative, {at, static_cast<std::size_t>(end - at)}, scale};
}

Value value_of(Kind kind, BigView big) {
  base::Bytes head;
  base::ByteWriter writer(head);
  if (kind == Kind::bigdec) writer.signed_varint(big.scale);
  writer.u8(big.negative ? 0 : 1);
  const base::ByteView pieces[] = {head, big.magnitude};
  return ValueBlocks::text(kind, pieces);
}

std::optional<BigView> read_big(Kind kind, base::ByteView text) {
  base::ByteReader reader(text);
  BigView big;
  if (kind == Kind::bigdec) big.scale = reader.signed_varint();
  const std::uint8_t sign = reader.u8();
  if (!reader.ok() || sign > 1) return std::nullopt;
  if (big.scale < kScaleMin || big.scale > kScaleMax) return std::nullopt;
  big.magnitude = reader.bytes(reader.left());
  big.negative = sign == 0;
  if (big.magnitude.size() > kMagnitudeBytesMax) return std::nullopt;
  if (big.is_zero()) return big.negative ? std::nullopt : std::optional(big);
  return big.magnitude[0] == 0 ? std::nullopt : std::optional(big);
}

std::optional<std::int64_t> int64_of(BigView big) {
  const auto magnitude = uint64_of(big.magnitude);
  constexpr std::uint64_t kTop = 1ull << 63;
  if (!magnitude || *magnitude > kTop || (*magnitude == kTop && !big.negative)) return std::nullopt;
  return static_cast<std::int64_t>(big.negative ? ~*magnitude + 1 : *magnitude);
}

// ---- Order --------------------------------------------------------------------------------------

int compare(BigView a, BigView b) {
  if (a.sign() != b.sign()) return a.sign() < b.sign() ? -1 : 1;
  return a.sign() == 0 ? 0 : a.sign() * compare_absolute(a, b);
}

int compare(BigView a, double b) {
  if (b != b || b == std::numeric_limits<double>::infinity()) return -1;
  if (b == -std::numeric_limits<double>::infinity()) return 1;
  const int sign = b > 0 ? 1 : b < 0 ? -1 : 0;
  if (a.sign() != sign) return a.sign() < sign ? -1 : 1;
  return sign == 0 ? 0 : sign * compare_absolute(a, std::fabs(b));
}

// ---- Decimal text -------------------------------------------------------------------------------

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes digits off the front of `text`.
std::string_view take_digits(std::string_view& text) {
  const auto is_other = [](char c) { return !is_digit(c); };
  const auto end = std::find_if(text.begin(), text.end(), is_other);
  const auto n = static_cast<std::size_t>(end - text.begin());
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

Integer integer_from_digits(const std::string& digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  std::uint64_t small = 0;
  if (digits.size() - first <= 19) {
    std::from_chars(digits.data() + first, digits.data() + digits.size(), small);
    return small;
  }
  return Integer(digits.substr(first));  // no leading zero: that would mean octal
}

// "E+3" as 3. nullopt if it is no exponent; far beyond the limits for any scale is good enough.
std::optional<std::int64_t> parse_exponent(std::string_view text) {
  text.remove_prefix(1);
  const bool negative = take_sign(text);
  const std::string_view digits = take_digits(text);
  if (digits.empty() || !text.empty()) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), kScaleMax * 4);
  return negative ? -exponent : exponent;
}

}  // namespace

std::optional<Big> parse_big(std::string_view text, bool may_have_scale) {
  const bool negative = take_sign(text);
  std::string digits(take_digits(text));
  std::int64_t scale = 0;
  if (may_have_scale && text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string_view fraction = take_digits(text);
    scale = static_cast<std::int64_t>(fraction.size());
    digits += fraction;
  }
  if (digits.empty() || digits.size() > kDigitsMax) return std::nullopt;
  if (may_have_scale && (text.starts_with('e') || text.starts_with('E'))) {
    const auto exponent = parse_exponent(text);
    if (!exponent) return std::nullopt;
    scale -= *exponent;
    text = {};
  }
  if (!text.empty()) return std::nullopt;
  Big big = big_from(integer_from_digits(digits), scale);
  big.negative = negative && !big.magnitude.empty();
  return within_limits(std::move(big));
}

std::string print_big(BigView big) {
  std::string digits;
  if (const auto small = uint64_of(big.magnitude)) {
    digits = std::to_string(*small);
  } else {
    digits = integer_of(big.magnitude).str();
  }
  const std::string sign = big.negative ? "-" : "";
  if (big.scale == 0) return sign + digits;

  const auto count = static_cast<std::int64_t>(digits.size());
  const std::int64_t exponent = count - 1 - big.scale;
  // Java's rule: plain unless the scale is negative or more than five zeros would follow the point.
  if (big.scale > 0 && exponent >= -6) {
    if (count <= big.scale) digits.insert(0, static_cast<std::size_t>(big.scale - count) + 1, '0');
    digits.insert(digits.size() - static_cast<std::size_t>(big.scale), 1, '.');
    return sign + digits;
  }
  if (count > 1) digits.insert(1, 1, '.');
  if (exponent != 0) digits += (exponent > 0 ? "E+" : "E") + std::to_string(exponent);
  return sign + digits;
}

// ---- Doubles ------------------------------------------------------------------------------------

double to_double(BigView big) {
  if (big.is_zero()) return 0.0;
  const double sign = big.negative ? -1.0 : 1.0;
  const Decades decades = decades_of(big);
  if (decades.low > std::numeric_limits<double>::max_exponent10) {
    return sign * std::numeric_limits<double>::infinity();
  }
  if (decades.high < -330) return sign * 0.0;
  const Integer unscaled = integer_of(big.magnitude);
  if (big.scale <= 0) return sign * ratio(unscaled * power_of_ten(-big.scale), 1);
  return sign * ratio(unscaled, power_of_ten(big.scale));
}

double divide_to_double(BigView a, BigView b) {
  if (a.is_zero()) return 0.0;
  const double magnitude = ratio(integer_of(a.magnitude), integer_of(b.magnitude));
  return a.negative == b.negative ? magnitude : -magnitude;
}

// ---- Arithmetic ---------------------------------------------------------------------------------

namespace {

// A zero has no digits that a scale could drag along, yet its scale counts. So raising a number to
// a finer scale is refused by the length the result would have.
bool can_raise(BigView big, std::int64_t shift) {
  const auto digits = static_cast<std::int64_t>(big.magnitude.size()) * 3;
  return big.is_zero() || digits + shift <= static_cast<std::int64_t>(kDigitsMax);
}

Integer raise(BigView big, std::int64_t shift) {
  if (big.is_zero()) return 0;
  Integer x = signed_integer_of(big);
  if (shift > 0) x *= power_of_ten(shift);
  return x;
}

// Both as integers at the finer of the two scales.
struct Aligned {
  Integer a;
  Integer b;
  std::int64_t scale;
};
std::optional<Aligned> align(BigView a, BigView b) {
  const std::int64_t scale = std::max(a.scale, b.scale);
  if (!can_raise(a, scale - a.scale) || !can_raise(b, scale - b.scale)) return std::nullopt;
  return Aligned{raise(a, scale - a.scale), raise(b, scale - b.scale), scale};
}

}  // namespace

std::optional<Big> add(BigView a, BigView b) {
  const auto aligned = align(a, b);
  if (!aligned) return std::nullopt;
  return within_limits(big_from(aligned->a + aligned->b, aligned->scale));
}

std::optional<Big> subtract(BigView a, BigView b) {
  b.negative = !b.negative && !b.is_zero();
  return add(a, b);
}

std::optional<Big> multiply(BigView a, BigView b) {
  if (a.magnitude.size() + b.magnitude.size() > kMagnitudeBytesMax + 1) return std::nullopt;
  const Integer product = signed_integer_of(a) * signed_integer_of(b);
  return within_limits(big_from(product, a.scale + b.scale));
}

std::optional<Division> divide_whole(BigView a, BigView b) {
  STELE_CHECK(!b.is_zero());
  // |a| < |b| needs no common scale, which might be far away.
  if (a.is_zero() || compare_absolute(a, b) < 0) {
    return Division{{}, {a.negative, {a.magnitude.begin(), a.magnitude.end()}, a.scale}};
  }
  const auto aligned = align(a, b);
  if (!aligned) return std::nullopt;
  Integer quotient;
  Integer remainder;
  divide_qr(aligned->a, aligned->b, quotient, remainder);
  return Division{big_from(quotient, 0), big_from(remainder, aligned->scale)};
}

DecimalQuotient divide_decimal(BigView a, BigView b) {
  STELE_CHECK(!b.is_zero());
  const std::int64_t preferred = a.scale - b.scale;
  if (a.is_zero()) {
    return {within_limits({false, {}, std::clamp(preferred, kScaleMin, kScaleMax)})};
  }
  Integer numerator = signed_integer_of(a);
  Integer denominator = signed_integer_of(b);
  const Integer shared = gcd(numerator, denominator);
  numerator /= shared;
  denominator /= shared;
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  // Finite exactly when the reduced denominator is 2^m * 5^n; then max(m, n) more digits do.
  const auto twos = static_cast<std::int64_t>(lsb(denominator));
  denominator >>= static_cast<unsigned>(twos);
  std::int64_t fives = 0;
  for (; denominator % 5 == 0; ++fives) denominator /= 5;
  if (denominator != 1) return {std::nullopt, true};
  const std::int64_t more = std::max(twos, fives);
  if (more > static_cast<std::int64_t>(kDigitsMax)) return {std::nullopt};
  numerator *= boost::multiprecision::pow(Integer(2), static_cast<unsigned>(more - twos));
  numerator *= boost::multiprecision::pow(Integer(5), static_cast<unsigned>(more - fives));
  return {within_limits(big_from(numerator, preferred + more))};
}

}  // namespace stele::value
