// Kinds, and the values that are no collections; those are in collection.cc.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include <stele/value.h>

#include "base/check.h"
#include "base/text.h"
#include "value/bignum.h"
#include "value/block.h"
#include "value/name_text.h"

namespace stele {
namespace {

constexpr std::string_view kKindNames[kKindCount] = {
    "nil",         "boolean",      "long",   "double", "float", "instant", "character",
    "string",      "keyword",      "symbol", "uuid",   "bytes", "bigint",  "bigdec",
    "float-array", "double-array", "vector", "list",   "set",   "map",     "tagged"};

void store_big_endian(std::uint64_t x, std::uint8_t* at) {
  for (int i = 0; i < 8; ++i) at[i] = static_cast<std::uint8_t>(x >> (56 - 8 * i));
}

std::uint64_t load_big_endian(const std::uint8_t* at) {
  std::uint64_t x = 0;
  for (int i = 0; i < 8; ++i) x = x << 8 | at[i];
  return x;
}

Value named(Kind kind, value::NameParts parts) {
  STELE_CHECK(!parts.name.empty());
  STELE_CHECK(parts.ns.find('\0') == parts.ns.npos && parts.name.find('\0') == parts.name.npos);
  const base::ByteView pieces[] = {base::view(parts.ns), base::view(std::string_view("\0", 1)),
                                   base::view(parts.name)};
  return ValueBlocks::text(kind, pieces);
}

// What lies between the namespace and the name, as cell.h has it.
value::NameParts parts_of(const Value& value) {
  const std::string_view text = base::text(ValueBlocks::payload(value));
  const std::size_t nul = text.find('\0');
  return {text.substr(0, nul), text.substr(nul + 1)};
}

bool is_named(const Value& value, std::string_view text) {
  const value::NameParts parts = value::split_name(text);
  const value::NameParts own = parts_of(value);
  return parts.ns == own.ns && parts.name == own.name;
}

template <typename F>
Value array_of(Kind kind, std::span<const F> numbers) {
  // One NaN, so that equal arrays have equal bytes.
  const auto is_nan = [](F x) { return x != x; };
  if (std::none_of(numbers.begin(), numbers.end(), is_nan)) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(numbers.data());
    return ValueBlocks::text(kind, {bytes, numbers.size_bytes()});
  }
  std::vector<F> copy(numbers.begin(), numbers.end());
  std::replace_if(copy.begin(), copy.end(), is_nan, std::numeric_limits<F>::quiet_NaN());
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(copy.data());
  return ValueBlocks::text(kind, {bytes, copy.size() * sizeof(F)});
}

template <typename F>
std::span<const F> numbers_of(const Value& value) {
  const base::ByteView payload = ValueBlocks::payload(value);
  return {reinterpret_cast<const F*>(payload.data()), payload.size() / sizeof(F)};
}

Error not_a_number(std::string_view decimal, std::string_view wanted) {
  constexpr std::size_t kShownBytesMax = 40;
  const bool is_long = decimal.size() > kShownBytesMax;
  return invalid("edn/number", base::text("cannot read \"", decimal.substr(0, kShownBytesMax),
                                          is_long ? "..." : "", "\" as ", wanted, " of at most ",
                                          value::kDigitsMax, " digits"));
}

}  // namespace

std::string_view name(Kind kind) {
  const auto i = static_cast<std::size_t>(kind);
  return i < kKindCount ? kKindNames[i] : "unknown";
}

void detail::wrong_kind(Kind wanted, Kind actual) {
  std::fprintf(stderr, "stele: a value of kind %s was asked for as a %s\n",
               stele::name(actual).data(), stele::name(wanted).data());
  std::abort();
}

Value::Value(std::string_view utf8) : Value(ValueBlocks::text(Kind::string, base::view(utf8))) {}

Value::Value(const Uuid& uuid) {
  std::array<std::uint8_t, 16> bytes;
  store_big_endian(uuid.high, bytes.data());
  store_big_endian(uuid.low, bytes.data() + 8);
  *this = ValueBlocks::text(Kind::uuid, base::ByteView(bytes));
}

Value Value::float32(float f) {
  Value made(static_cast<double>(f));
  made.kind_ = Kind::float32;
  return made;
}

Value Value::character(char32_t code_point) {
  STELE_CHECK(code_point <= 0x10ffff);
  return ValueBlocks::scalar(Kind::character, code_point);
}

Value Value::keyword(std::string_view ns, std::string_view name) {
  return named(Kind::keyword, {ns, name});
}
Value Value::keyword(std::string_view text) {
  return named(Kind::keyword, value::split_name(text));
}
Value Value::symbol(std::string_view ns, std::string_view name) {
  return named(Kind::symbol, {ns, name});
}
Value Value::symbol(std::string_view text) { return named(Kind::symbol, value::split_name(text)); }

Value Value::bytes(std::span<const std::uint8_t> bytes) {
  return ValueBlocks::text(Kind::bytes, bytes);
}
Value Value::float_array(std::span<const float> floats) {
  return array_of(Kind::float_array, floats);
}
Value Value::double_array(std::span<const double> doubles) {
  return array_of(Kind::double_array, doubles);
}

Result<Value> Value::bigint(std::string_view decimal) {
  const auto big = value::parse_big(decimal, false);
  if (big) return value::value_of(Kind::bigint, big->view());
  return not_a_number(decimal, "an integer such as -12");
}
Result<Value> Value::bigdec(std::string_view decimal) {
  const auto big = value::parse_big(decimal, true);
  if (big) return value::value_of(Kind::bigdec, big->view());
  return not_a_number(decimal, "a decimal such as -12.50 or 1E+3");
}

bool Value::is_keyword(std::string_view text) const {
  return kind_ == Kind::keyword && is_named(*this, text);
}
bool Value::is_symbol(std::string_view text) const {
  return kind_ == Kind::symbol && is_named(*this, text);
}

std::string_view Value::as_string() const {
  expect(Kind::string);
  return base::text(ValueBlocks::payload(*this));
}

std::string_view Value::ns() const {
  if (kind_ != Kind::symbol) expect(Kind::keyword);
  return parts_of(*this).ns;
}

std::string_view Value::name() const {
  if (kind_ == Kind::tagged) {
    const std::uint8_t* const tag = ValueBlocks::tagged_block(*this).tag();
    return base::text(value::text_of(value::cell_of_pointer(tag)));
  }
  if (kind_ != Kind::symbol) expect(Kind::keyword);
  return parts_of(*this).name;
}

Uuid Value::as_uuid() const {
  expect(Kind::uuid);
  const base::ByteView bytes = ValueBlocks::payload(*this);
  return {load_big_endian(bytes.data()), load_big_endian(bytes.data() + 8)};
}

std::string Value::as_decimal() const {
  if (kind_ != Kind::bigdec) expect(Kind::bigint);
  return value::print_big(value::big_of(kind_, ValueBlocks::payload(*this)));
}

std::span<const std::uint8_t> Value::as_bytes() const {
  expect(Kind::bytes);
  return ValueBlocks::payload(*this);
}
std::span<const float> Value::as_floats() const {
  expect(Kind::float_array);
  return numbers_of<float>(*this);
}
std::span<const double> Value::as_doubles() const {
  expect(Kind::double_array);
  return numbers_of<double>(*this);
}

}  // namespace stele
