#include "value/encoding.h"

#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "value/testing_values.h"

namespace stele::value {
namespace {

using base::ByteReader;
using base::Bytes;
using base::TestRandom;

Bytes written(const Value& value) {
  Bytes out;
  write_value(value, out);
  return out;
}

// Reads in a buffer of exactly this size, so that a sanitizer sees every byte too far.
bool reads(const Bytes& bytes, Value* out = nullptr) {
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[bytes.size() + 1]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  ByteReader reader({exact.get(), bytes.size()});
  Value value = read_value(reader);
  const bool ok = reader.ok() && reader.left() == 0;
  if (out != nullptr) *out = std::move(value);
  return ok;
}

Bytes hex(std::string_view digits) {
  Bytes out;
  EXPECT_TRUE(base::from_hex(digits, out));
  return out;
}

TEST(Encoding, WhatIsWrittenReadsBackAsItWas) {
  TestRandom random(1);
  for (const Value& value : assorted_values(random, 2000)) {
    const Bytes bytes = written(value);
    EXPECT_EQ(Encoder(value).size(), bytes.size());
    Value back;
    ASSERT_TRUE(reads(bytes, &back)) << describe(value);
    ASSERT_EQ(back, value) << describe(value);
    ASSERT_EQ(back.kind(), value.kind());
    ASSERT_EQ(written(back), bytes) << describe(value);
  }
}

TEST(Encoding, ValuesFollowEachOther) {
  Bytes bytes;
  write_value("a", bytes);
  write_value(Value::vector({1}), bytes);
  write_value(Value(), bytes);
  ByteReader reader(bytes);
  EXPECT_EQ(read_value(reader), Value("a"));
  EXPECT_EQ(read_value(reader), Value::vector({1}));
  EXPECT_TRUE(read_value(reader).is_nil());
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.left(), 0u);
}

// Written values are kept for ever: these bytes must decode in every version.
TEST(Encoding, NeverChanges) {
  const struct {
    const char* bytes;
    Value value;
  } kGolden[] = {
      {"00", Value()},
      {"0101", Value(true)},
      {"0201", Value(-1)},
      {"03000000000000f83f", Value(1.5)},
      {"040000c03f", Value::float32(1.5f)},
      {"05d00f", Value(Instant{1000})},
      {"06bb07", Value::character(0x3bb)},
      {"07026869", Value("hi")},
      {"0803610062", Value::keyword("a/b")},
      {"09020062", Value::symbol("b")},
      {"0a1000000000000000010000000000000002", Value(Uuid{1, 2})},
      {"0b0100", Value::bytes(Bytes{0})},
      {"0c0300ffff", bigint("-65535")},
      {"0d0304017d", bigdec("1.25")},
      {"0e040000803f", Value::float_array(std::vector<float>{1})},
      {"0f08000000000000f03f", Value::double_array(std::vector<double>{1})},
      {"1003020200", Value::vector({1, Value()})},
      {"11020202", Value::list({1})},
      {"120402020204", Value::set({2, 1})},
      {"130402020204", Value::map({{1, 2}})},
      {"140401740202", Value::tagged("t", 1)},
  };
  for (const auto& [bytes, value] : kGolden) {
    EXPECT_EQ(base::to_hex(written(value)), bytes) << describe(value);
    EXPECT_TRUE(reads(hex(bytes)));
  }
}

TEST(Encoding, RefusesEveryTruncation) {
  TestRandom random(2);
  for (const Value& value : assorted_values(random, 400)) {
    const Bytes bytes = written(value);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
      ByteReader reader(cut);
      EXPECT_TRUE(read_value(reader).is_nil());
      ASSERT_FALSE(reader.ok()) << describe(value) << " cut to " << n;
    }
  }
}

// Whatever is read from damaged bytes is either refused or a proper value: in order, hashable, and
// written back as the same bytes.
TEST(Encoding, DamagedBytesAreRefusedOrAreAnotherProperValue) {
  TestRandom random(3);
  const std::vector<Value> values = assorted_values(random, 300);
  for (int i = 0; i < 60'000; ++i) {
    Bytes bytes = written(random.pick(values));
    for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
      random.pick(bytes) ^= static_cast<std::uint8_t>(1u << random.below(8));
    }
    if (random.chance(1, 10))
      bytes.insert(bytes.begin() + 1, static_cast<std::uint8_t>(random.next()));
    Value value;
    if (!reads(bytes, &value)) continue;
    ASSERT_EQ(written(value), bytes);
    ASSERT_EQ(compare_canonical(value, value), 0);
    ASSERT_LE(depth(value), kDepthMax);
    (void)hash(value);
  }
}

TEST(Encoding, RandomBytesNeverCrash) {
  TestRandom random(4);
  for (int i = 0; i < 100'000; ++i) {
    Bytes bytes = random.bytes(random.below(24));
    if (!bytes.empty()) bytes[0] %= kKindCount + 1;
    Value value;
    if (reads(bytes, &value)) {
      ASSERT_EQ(written(value), bytes);
    }
  }
}

TEST(Encoding, RefusesEachKindOfNonsense) {
  const struct {
    const char* bytes;
    const char* why;
  } kBad[] = {
      {"15", "no such kind"},
      {"ff", "no such kind"},
      {"0102", "a boolean is 0 or 1"},
      {"028000", "a varint is minimal"},
      {"06808044", "beyond the last code point"},
      {"03010000000000f87f", "a NaN with a payload"},
      {"040100c07f", "a NaN with a payload"},
      {"0705616263", "a text longer than what is there"},
      {"080161", "a keyword without the NUL"},
      {"08026100", "a keyword without a name"},
      {"080400610061", "a keyword with two NULs"},
      {"0a0100", "a uuid has 16 bytes"},
      {"0c0100", "minus zero"},
      {"0c00", "a bigint without a sign"},
      {"0c020201", "a sign is 0 or 1"},
      {"0c03010001", "a leading zero"},
      {"0d028080", "half a scale"},
      {"0d07feffffff1f0101", "a scale beyond 32 bits"},
      {"0e03000000", "three quarters of a float"},
      {"0e040100c07f", "a NaN with a payload in an array"},
      {"120402040202", "a set out of order"},
      {"120402020202", "a set with a duplicate"},
      {"12060202"
       "0c020101",
       "a set with 1 and 1N"},
      {"13020202", "a key without a value"},
      {"1306020400020200", "a map out of order"},
      {"1306020200020200", "a map with a key twice"},
      {"14020000", "an empty tag"},
      {"14020174", "a tag without a value"},
      {"14040174"
       "0000",
       "a tag with two values"},
      {"10020201"
       "00",
       "bytes behind the value"},
  };
  for (const auto& [bytes, why] : kBad) EXPECT_FALSE(reads(hex(bytes))) << why;
}

TEST(Encoding, LimitsDepth) {
  const auto nested = [](int levels) {
    Value value = Value::vector({});
    for (int i = 1; i < levels; ++i) value = Value::list({value});
    return value;
  };
  EXPECT_TRUE(reads(written(nested(kDepthMax))));
  EXPECT_FALSE(reads(written(nested(kDepthMax + 1))));
}

TEST(Encoding, WritesAMillionLevelsInLinearTimeAndRefusesToReadThem) {
  Value value = "innermost";
  for (int i = 0; i < 1'000'000; ++i) {
    std::vector<Value> items = {Value()};
    items[0] = std::move(value);
    value = Value::vector(std::move(items));
  }
  const Bytes bytes = written(value);
  EXPECT_GT(bytes.size(), 2'000'000u);
  EXPECT_FALSE(reads(bytes));
}

TEST(Encoding, ValidityOfTextsIsThatOfReading) {
  EXPECT_TRUE(is_valid_text(Kind::string, {}));
  EXPECT_TRUE(is_valid_text(Kind::string, hex("ff00")));  // any bytes that a program put in
  EXPECT_TRUE(is_valid_text(Kind::keyword, hex("0061")));
  EXPECT_FALSE(is_valid_text(Kind::keyword, hex("61")));
  EXPECT_FALSE(is_valid_text(Kind::uuid, hex("00")));
  EXPECT_TRUE(is_valid_text(Kind::vector, hex("0202")));
  EXPECT_FALSE(is_valid_text(Kind::vector, hex("02")));
  EXPECT_FALSE(is_valid_text(Kind::int64, hex("02")));  // not a kind with texts
  EXPECT_FALSE(is_valid_text(static_cast<Kind>(77), {}));
}

}  // namespace
}  // namespace stele::value
