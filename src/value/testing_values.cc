#include "value/testing_values.h"

#include <cmath>
#include <limits>

#include "base/check.h"

namespace stele::value {
namespace {

using base::TestRandom;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string random_text(TestRandom& random) {
  static const std::string kTexts[] = {"",
                                       "a",
                                       "b",
                                       "ab",
                                       "a b",
                                       "z",
                                       "\xc3\xa4",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80",
                                       "\xef\xbf\xbd",
                                       std::string(1, '\0'),
                                       std::string(200, 'x'),
                                       std::string(200, 'x') + "y"};
  if (random.chance(2, 3)) return random.pick(kTexts);
  std::string text;
  for (std::size_t n = random.below(20); n > 0; --n) {
    text += static_cast<char>('a' + random.below(26));
  }
  return text;
}

std::string random_name(TestRandom& random) {
  static const std::string kNames[] = {"a", "b", "a.b", "name", "db", "x-y", "\xc3\xa4"};
  return random.pick(kNames);
}

Value random_named(Kind kind, TestRandom& random) {
  const std::string ns = random.chance(1, 3) ? "" : random_name(random);
  const std::string name = random_name(random);
  return kind == Kind::keyword ? Value::keyword(ns, name) : Value::symbol(ns, name);
}

std::int64_t random_int64(TestRandom& random) {
  if (random.chance(1, 2)) return random.between(-3, 3);
  return static_cast<std::int64_t>(random.next() >> random.below(64));
}

double random_double(TestRandom& random) {
  if (random.chance(1, 2)) return static_cast<double>(random.between(-6, 6)) / 2;
  return std::bit_cast<double>(random.next());
}

std::string random_digits(TestRandom& random) {
  std::string digits = random.chance(1, 2) ? "-" : "";
  for (std::uint64_t n = 1 + random.below(random.chance(1, 4) ? 60 : 4); n > 0; --n) {
    digits += static_cast<char>('0' + random.below(10));
  }
  return digits;
}

std::vector<Value> random_values(TestRandom& random, int depth) {
  std::vector<Value> values;
  for (std::uint64_t n = random.below(4); n > 0; --n) values.push_back(random_value(random, depth));
  return values;
}

template <typename F>
std::vector<F> random_array(TestRandom& random) {
  std::vector<F> numbers;
  for (std::uint64_t n = random.below(4); n > 0; --n) {
    numbers.push_back(static_cast<F>(random.chance(1, 4) ? -0.0 : random_double(random)));
  }
  return numbers;
}

Value random_collection(Kind kind, TestRandom& random, int depth) {
  switch (kind) {
    case Kind::vector:
      return Value::vector(random_values(random, depth - 1));
    case Kind::list:
      return Value::list(random_values(random, depth - 1));
    case Kind::set:
      return Value::set(random_values(random, depth - 1));
    case Kind::tagged:
      return Value::tagged(random_name(random), random_value(random, depth - 1));
    default: {
      std::vector<Value::Entry> entries;
      for (Value& key : random_values(random, depth - 1)) {
        entries.emplace_back(std::move(key), random_value(random, depth - 1));
      }
      return Value::map(std::move(entries));
    }
  }
}

}  // namespace

Value bigint(std::string_view decimal) { return *Value::bigint(decimal); }
Value bigdec(std::string_view decimal) { return *Value::bigdec(decimal); }

Value random_value_of(Kind kind, TestRandom& random, int depth) {
  switch (kind) {
    case Kind::nil:
      return Value();
    case Kind::boolean:
      return Value(random.chance(1, 2));
    case Kind::int64:
      return Value(random_int64(random));
    case Kind::float64:
      return Value(random_double(random));
    case Kind::float32:
      return Value::float32(static_cast<float>(random_double(random)));
    case Kind::instant:
      return Value(Instant{random_int64(random)});
    case Kind::character:
      return Value::character(
          static_cast<char32_t>(random.below(random.chance(1, 2) ? 128 : 0x110000)));
    case Kind::string:
      return Value(random_text(random));
    case Kind::keyword:
    case Kind::symbol:
      return random_named(kind, random);
    case Kind::uuid:
      return Value(
          Uuid{random.next() << 63, random.chance(1, 2) ? random.next() : random.below(2)});
    case Kind::bytes:
      return Value::bytes(random.bytes(random.below(4)));
    case Kind::bigint:
      return bigint(random_digits(random));
    case Kind::bigdec:
      return bigdec(random_digits(random) + "E" + std::to_string(random.between(-30, 30)));
    case Kind::float_array:
      return Value::float_array(random_array<float>(random));
    case Kind::double_array:
      return Value::double_array(random_array<double>(random));
    default:
      return random_collection(kind, random, depth);
  }
}

Value random_value(TestRandom& random, int depth) {
  const int kinds = depth > 0 ? kKindCount : static_cast<int>(Kind::vector);
  return random_value_of(static_cast<Kind>(random.below(static_cast<std::uint64_t>(kinds))), random,
                         depth);
}

Value random_number(TestRandom& random) {
  constexpr Kind kKinds[] = {Kind::int64, Kind::float64, Kind::float32, Kind::bigint, Kind::bigdec};
  if (random.chance(1, 4)) return random.pick(nasty_numbers());
  return random_value_of(random.pick(kKinds), random);
}

const std::vector<Value>& nasty_numbers() {
  static const std::vector<Value> numbers = [] {
    std::vector<Value> all;
    // Around these int64 and double part ways; in all kinds and with neighbours.
    const std::int64_t edges[] = {0, 1, 10, 1ll << 24, 1ll << 53, 1ll << 62, INT64_MAX - 1};
    for (const std::int64_t edge : edges) {
      for (const std::int64_t near : {edge - 1, edge, edge + 1}) {
        for (const std::int64_t i : {near, -near}) {
          all.insert(all.end(), {Value(i), Value(static_cast<double>(i)),
                                 Value::float32(static_cast<float>(i)), bigint(std::to_string(i)),
                                 bigdec(std::to_string(i)), bigdec(std::to_string(i) + ".00")});
        }
      }
    }
    all.emplace_back(INT64_MIN);
    for (const double d :
         {0.1, 0.5, 2.5, 1e-300, 1e300, 0x1p63, 0x1p64, 5e-324, 2.2250738585072014e-308,
          std::numeric_limits<double>::max(), kInfinity, 0.0, std::nan("")}) {
      all.insert(all.end(), {Value(d), Value(-d), Value::float32(static_cast<float>(d)),
                             Value::float32(static_cast<float>(-d))});
    }
    for (const char* const text :
         {"9223372036854775807", "9223372036854775808", "-9223372036854775808",
          "-9223372036854775809", "18446744073709551616",
          "100000000000000000000000000000000000000000000000000"}) {
      all.push_back(bigint(text));
      all.push_back(bigdec(text));
      all.push_back(bigdec(std::string(text) + "E-3"));
    }
    for (const char* const text :
         {"0.1", "0.10", "0.5", "2.50", "1E+3", "1000", "1E-400", "-1E-400", "1E+400", "-1E+400",
          "1E+1000000000", "1E-1000000000", "-1E+1000000000", "0E+1000000000", "0.00", "4.9E-324",
          "1.7976931348623157E+308", "1.7976931348623159E+308",
          "0.1000000000000000055511151231257827021181583404541015625"}) {
      all.push_back(bigdec(text));
    }
    return all;
  }();
  return numbers;
}

std::vector<Value> assorted_values(TestRandom& random, std::size_t random_count) {
  std::vector<Value> values = nasty_numbers();
  for (std::size_t i = 0; i < random_count; ++i) values.push_back(random_value(random));
  // Collections that differ only in the kind of a number, or not at all. [X-60]
  const Value ones[] = {Value(1), Value(1.0), bigint("1"), bigdec("1"), bigdec("1.0")};
  for (const Value& one : ones) {
    values.insert(values.end(),
                  {Value::vector({one, 2}), Value::list({one, 3}), Value::set({one, 2}),
                   Value::map({{one, 2}}), Value::map({{2, one}}), Value::tagged("t", one),
                   Value::vector({Value::set({one})}), Value::set({Value::vector({one})})});
  }
  return values;
}

std::string describe(const Value& value) {
  const std::string kind(name(value.kind()));
  switch (value.kind()) {
    case Kind::nil:
      return kind;
    case Kind::boolean:
      return value.as_bool() ? "true" : "false";
    case Kind::int64:
      return std::to_string(value.as_int64());
    case Kind::float64:
    case Kind::float32: {
      char text[64];
      std::snprintf(text, sizeof text, "%.17g", value.as_double());
      return kind + " " + text;
    }
    case Kind::bigint:
    case Kind::bigdec:
      return kind + " " + value.as_decimal();
    case Kind::string:
      return "\"" + std::string(value.as_string()) + "\"";
    case Kind::keyword:
    case Kind::symbol:
      return kind + " " + std::string(value.ns()) + "/" + std::string(value.name());
    case Kind::tagged:
      return "#" + std::string(value.name()) + " " + describe(value.tagged_value());
    case Kind::vector:
    case Kind::list:
    case Kind::set: {
      std::string text = kind + " [";
      for (const Value& item : value.items()) text += describe(item) + " ";
      return text + "]";
    }
    case Kind::map: {
      std::string text = "{";
      for (const auto& [key, item] : value.entries())
        text += describe(key) + " " + describe(item) + ", ";
      return text + "}";
    }
    default:
      return "a " + kind;
  }
}

}  // namespace stele::value
