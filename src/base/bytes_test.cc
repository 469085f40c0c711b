#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace stele::base {
namespace {

// Numbers near every power of two, where the length of a varint changes.
std::vector<std::uint64_t> edges() {
  std::vector<std::uint64_t> numbers = {0};
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = 1ull << bit;
    numbers.insert(numbers.end(), {power - 1, power, power + 1});
  }
  numbers.push_back(UINT64_MAX);
  return numbers;
}

TEST(Bytes, HexGoesThereAndBack) {
  TestRandom random(1);
  for (std::size_t n = 0; n < 100; ++n) {
    const Bytes bytes = random.bytes(n);
    Bytes back;
    ASSERT_TRUE(from_hex(to_hex(bytes), back));
    EXPECT_EQ(back, bytes);
  }
  EXPECT_EQ(to_hex(Bytes{0x00, 0x9f, 0xff}), "009fff");
}

TEST(Bytes, HexIsReadInEitherCaseAndRefusedWhenMalformed) {
  Bytes out;
  EXPECT_TRUE(from_hex("aBFf", out));
  EXPECT_EQ(out, (Bytes{0xab, 0xff}));
  for (const char* const bad : {"a", "0g", "g0", " 0", "-1", "0x"})
    EXPECT_FALSE(from_hex(bad, out));
}

TEST(Bytes, ZigzagKeepsSmallMagnitudesSmall) {
  EXPECT_EQ(zigzag(0), 0u);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
  EXPECT_EQ(zigzag(INT64_MIN), UINT64_MAX);
  for (const std::uint64_t x : edges()) EXPECT_EQ(zigzag(unzigzag(x)), x);
}

TEST(Bytes, WhatIsWrittenIsReadBack) {
  Bytes out;
  ByteWriter writer(out);
  for (const std::uint64_t x : edges()) {
    writer.varint(x);
    writer.u8(static_cast<std::uint8_t>(x));
    writer.u32(static_cast<std::uint32_t>(x));
    writer.u64(x);
    writer.signed_varint(static_cast<std::int64_t>(x));
    writer.sized("text");
  }
  ByteReader reader(out);
  for (const std::uint64_t x : edges()) {
    EXPECT_EQ(reader.varint(), x);
    EXPECT_EQ(reader.u8(), static_cast<std::uint8_t>(x));
    EXPECT_EQ(reader.u32(), static_cast<std::uint32_t>(x));
    EXPECT_EQ(reader.u64(), x);
    EXPECT_EQ(reader.signed_varint(), static_cast<std::int64_t>(x));
    EXPECT_EQ(reader.sized_text(), "text");
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.left(), 0u);
}

TEST(Bytes, VarintsAreMeasuredAndPutAsTheyAreWritten) {
  for (const std::uint64_t x : edges()) {
    Bytes out;
    ByteWriter(out).varint(x);
    ASSERT_EQ(varint_bytes(x), out.size());
    Bytes put(kVarintBytesMax);
    put.resize(static_cast<std::size_t>(put_varint(put.data(), x) - put.data()));
    EXPECT_EQ(put, out);
  }
}

TEST(Bytes, IntegersAtRestAreLittleEndian) {
  Bytes out;
  ByteWriter(out).u32(0x01020304);
  EXPECT_EQ(out, (Bytes{4, 3, 2, 1}));
}

TEST(ByteReader, RefusesVarintsThatAreTooLongOrNotMinimal) {
  const Bytes bad[] = {
      {0x80, 0x00},                                                        // 0 in two bytes
      {0xff, 0x00},                                                        // 127 in two bytes
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},        // 65 bits
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x01},  // eleven bytes
      {0x80},                                                              // cut off
      {},
  };
  for (const Bytes& bytes : bad) {
    ByteReader reader(bytes);
    EXPECT_EQ(reader.varint(), 0u);
    EXPECT_FALSE(reader.ok());
  }
}

TEST(ByteReader, FailsForGoodAtTheFirstReadPastTheEnd) {
  const Bytes bytes = {1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0u);
  EXPECT_EQ(reader.left(), 0u);
  EXPECT_TRUE(reader.bytes(0).empty());
}

TEST(ByteReader, IsNotFooledByAnEnormousLength) {
  Bytes bytes;
  ByteWriter(bytes).varint(UINT64_MAX);
  bytes.push_back(7);
  ByteReader reader(bytes);
  EXPECT_TRUE(reader.sized().empty());
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace stele::base
