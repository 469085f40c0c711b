// Random values and random texts: what is written reads back, and whatever is read ends in a value
// or in an error.
#include <array>
#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "edn/characters.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::edn {
namespace {

using base::TestRandom;

std::string random_text(TestRandom& random) {
  static constexpr auto kTricky = std::to_array<char32_t>(
      {0,     '"',   '\\',   '\n',    '\r', 0x7F, 0x80,   '{',    ';',    0xA0,
       0x7FF, 0x800, 0xFFFF, 0x10000, '#',  '\'', 0xFEFF, 0xD7FF, 0xE000, 0x10FFFF});
  std::string out;
  for (std::uint64_t n = random.below(12); n > 0; --n) {
    if (random.chance(1, 3)) {
      append_utf8(out, random.pick(kTricky));
    } else {
      out += static_cast<char>('a' + random.below(26));
    }
  }
  return out;
}

std::string random_name(TestRandom& random) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"a", "b-c", "db.type", "?x", "<=", "->y", "$", "%", "key#",
                                       "größe", "_", "nil?", "*z*", "!"});
  std::string name(random.pick(kNames));
  return random.chance(1, 2) ? name : name + "/" + std::string(random.pick(kNames));
}

double random_double(TestRandom& random) {
  switch (random.below(4)) {
    case 0:
      return static_cast<double>(random.between(-1000, 1000)) / 8;
    case 1:
      return random.real();
    case 2:
      return std::pow(10.0, static_cast<double>(random.between(-320, 308)));
    default:
      return std::bit_cast<double>(random.next());
  }
}

float random_float(TestRandom& random) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(random.next()));
}

std::string random_digits(TestRandom& random) {
  std::string digits = random.chance(1, 2) ? "-" : "";
  digits += static_cast<char>('1' + random.below(9));
  for (std::uint64_t n = random.below(40); n > 0; --n)
    digits += static_cast<char>('0' + random.below(10));
  return digits;
}

template <typename Make>
auto random_list(TestRandom& random, Make make) {
  std::vector<decltype(make())> items;
  for (std::uint64_t n = random.below(6); n > 0; --n) items.push_back(make());
  return items;
}

Value random_scalar(TestRandom& random) {
  switch (random.below(16)) {
    case 0:
      return Value();
    case 1:
      return Value(random.chance(1, 2));
    case 2:
      return Value(random.between(-100, 100));
    case 3:
      return Value(static_cast<std::int64_t>(random.next()));
    case 4:
      return Value(random_double(random));
    case 5:
      return Value::float32(random_float(random));
    case 6:
      return Value(Instant{random.between(-62135596800000, 253402300799999)});
    case 7:
      return Value::character(static_cast<char32_t>(random.below(0xD800)));
    case 8:
      return Value(random_text(random));
    case 9:
      return Value::keyword(random_name(random));
    case 10:
      return Value::symbol(random_name(random));
    case 11:
      return Value(Uuid{random.next(), random.next()});
    case 12:
      return Value::bytes(random.bytes(random.below(20)));
    case 13:
      return *Value::bigint(random_digits(random));
    case 14: {
      std::string digits = random_digits(random);
      if (random.chance(1, 2)) digits += "." + std::to_string(random.below(1000));
      if (random.chance(1, 4)) digits += "E" + std::to_string(random.between(-50, 50));
      return *Value::bigdec(digits);
    }
    default:
      if (random.chance(1, 2))
        return Value::float_array(random_list(random, [&] { return random_float(random); }));
      return Value::double_array(random_list(random, [&] { return random_double(random); }));
  }
}

Value random_value(TestRandom& random, int depth) {
  auto item = [&] { return random_value(random, depth - 1); };
  auto entry = [&] { return Value::Entry(item(), item()); };
  switch (depth > 0 ? random.below(10) : 9) {
    case 0:
      return Value::vector(random_list(random, item));
    case 1:
      return Value::list(random_list(random, item));
    case 2:
      return Value::set(random_list(random, item));
    case 3:
    case 4:
      return Value::map(random_list(random, entry));
    case 5:
      return Value::tagged("some/tag", item());
    default:
      return random_scalar(random);
  }
}

// Equal, of the same kind, and alike in what == overlooks: the sign of zero, a decimal's scale.
void expect_same(const Value& again, const Value& value) {
  EXPECT_EQ(again.kind(), value.kind());
  EXPECT_TRUE(again == value);
  EXPECT_EQ(write(again), write(value));
}

TEST(RoundTrip, WhatIsWrittenReadsBackEqual) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    TestRandom random(seed);
    const Value value = random_value(random, 4);
    const std::string text = write(value);
    const auto again = read(text);
    ASSERT_TRUE(again.ok()) << again.error().message();
    expect_same(*again, value);
    const auto pretty = read(write_pretty(value, static_cast<int>(random.between(1, 100))));
    ASSERT_TRUE(pretty.ok()) << pretty.error().message();
    expect_same(*pretty, value);
  }
}

TEST(RoundTrip, DoublesAndFloatsReadBackBitByBit) {
  TestRandom random(1);
  for (int i = 0; i < 20000; ++i) {
    const double wide = random_double(random);
    const double wide_again = read(write(Value(wide)))->as_double();
    if (!std::isnan(wide)) {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(wide_again), std::bit_cast<std::uint64_t>(wide));
    }
    const float narrow = random_float(random);
    const double narrow_again = read(write(Value::float32(narrow)))->as_double();
    if (!std::isnan(narrow)) {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(static_cast<float>(narrow_again)),
                std::bit_cast<std::uint32_t>(narrow));
    }
  }
}

TEST(RoundTrip, EveryCharacterReadsBack) {
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3100 ? 1 : 0x7F) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const auto again = read(write(Value::character(c)));
    ASSERT_TRUE(again.ok()) << again.error().message();
    ASSERT_EQ(again->as_character(), c);
  }
}

// Reads everything that `text` holds; a value must survive being written.
void read_and_write(std::string_view text) {
  Reader reader(text);
  for (;;) {
    const auto value = reader.next();
    ASSERT_LE(reader.offset(), text.size());
    if (!value.ok()) {
      ASSERT_EQ(value.error().category(), ErrorCategory::invalid);
      ASSERT_TRUE(value.error().code().starts_with("edn/")) << value.error().code();
      ASSERT_EQ(find_malformed(value.error().message()), std::string_view::npos);
      return;
    }
    if (!value->has_value()) return;
    const std::string written = write(**value);
    const auto again = read(written);
    ASSERT_TRUE(again.ok()) << again.error().message();
    ASSERT_TRUE(*again == **value) << written;
  }
}

TEST(Truncation, EveryPrefixGivesAnErrorOrAValue) {
  std::string text =
      "#:person{:name \"Ünal \\u03BB\\uD83D\\uDE00\\101\\n\" :_/age +42 :h 1.5e-3, :m -1.50M} ; "
      "end\n"
      "[#inst \"2025-11-01T12:30:00.000-00:00\" #uuid \"550e8400-e29b-41d4-a716-446655440000\"\n"
      " #_ {:gone #_ twice 1} 'quoted #\"re\\d\\\"x\" \\newline \\u03BB \\o101 \\λ ##-Inf ##NaN\n"
      " #float-array [1 2.5] #bytes \"00ff\" #bigdec 1.10 #{1 2N 3.0} (ns/sym <= ->x / a//)]\n";
  TestRandom random(7);
  for (int i = 0; i < 20; ++i) text += write(random_value(random, 3)) + "\n";
  ASSERT_TRUE(read_all(text.substr(0, text.find("a//"))).error().code() == "edn/eof");
  for (std::size_t length = 0; length <= text.size(); ++length) {
    SCOPED_TRACE(length);
    read_and_write(std::string_view(text).substr(0, length));
    if (HasFatalFailure()) return;
  }
}

TEST(RandomText, EndsInAValueOrAnError) {
  static constexpr auto kPieces = std::to_array<std::string_view>(
      {"[",  "]",     "(",     ")",        "{",       "}",       "#{",      "#_",  "#",   "'",
       "\"", "\\",    ":",     "/",        ":a",      "b/c",     "1",       "-",   ".5",  "1e9",
       "N",  "M",     "##NaN", "#inst ",   "#float ", "#bytes ", "#:n{",    " ",   "\n",  ",",
       ";",  "\\u00", "nil",   "\"2025\"", "λ",       "\xFF",    "\\space", "#\"", "#t ", "@"});
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    SCOPED_TRACE(seed);
    TestRandom random(seed);
    std::string text;
    for (std::uint64_t n = random.below(24); n > 0; --n) {
      if (random.chance(1, 10)) {
        text += static_cast<char>(random.next());
      } else {
        text += random.pick(kPieces);
      }
    }
    read_and_write(text);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace stele::edn
