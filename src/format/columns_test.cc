#include "format/columns.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "format/bit_packing.h"

namespace stele::format {
namespace {

using Numbers = std::vector<std::uint64_t>;

base::Bytes encode(const Numbers& numbers) {
  base::Bytes out;
  IntegerEncoder().encode(numbers, out);
  return out;
}

void expect_round_trip(const Numbers& numbers) {
  const base::Bytes bytes = encode(numbers);
  // Exactly as long as the column: reading beyond it would show under AddressSanitizer.
  Numbers decoded(numbers.size(), 0xdeadbeef);
  base::ByteReader in(bytes);
  IntegerDecoder().decode(in, decoded);
  ASSERT_TRUE(in.ok());
  ASSERT_EQ(in.left(), 0u);
  ASSERT_EQ(decoded, numbers);
}

Encoding encoding_of(const Numbers& numbers) { return static_cast<Encoding>(encode(numbers)[0]); }

template <typename Make>
Numbers make(std::size_t count, Make number) {
  Numbers numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = number(i);
  return numbers;
}

TEST(BitPacking, RoundTripsEveryWidthAndCount) {
  base::TestRandom random(1);
  for (int width = 0; width <= kWidthMax; ++width) {
    if (!is_width(width)) continue;
    const std::uint64_t mask = width == 64 ? ~0ull : (1ull << width) - 1;
    for (std::size_t count = 1; count <= kBlockValues; ++count) {
      const std::uint64_t base = random.next();
      const Numbers numbers = make(count, [&](auto) { return base + (random.next() & mask); });
      base::Bytes bytes;
      pack_block(numbers.data(), count, base, width, bytes);
      ASSERT_EQ(bytes.size(), packed_bytes(count, width));
      Numbers decoded(count);
      unpack_block(bytes.data(), bytes.size(), count, base, width, decoded.data());
      ASSERT_EQ(decoded, numbers) << width << " " << count;
    }
  }
}

TEST(BitPacking, WidthsThatCannotBeLoadedAtOnceBecome64) {
  EXPECT_EQ(width_of(0), 0);
  EXPECT_EQ(width_of(1), 1);
  EXPECT_EQ(width_of((1ull << 57) - 1), 57);
  EXPECT_EQ(width_of(1ull << 57), 64);
  EXPECT_EQ(width_of(~0ull), 64);
}

TEST(Columns, ChooseTheSmallestEncoding) {
  base::TestRandom random(2);
  EXPECT_EQ(encoding_of(Numbers(2048, 7)), Encoding::constant);
  EXPECT_EQ(encoding_of(make(2048, [&](auto) { return random.below(100); })), Encoding::packed);
  EXPECT_EQ(encoding_of(make(2048, [](auto i) { return 1000 + 3 * i; })), Encoding::delta);
  EXPECT_EQ(encoding_of(make(2048, [](auto i) { return i / 100 * 7919 % 1000; })), Encoding::runs);
  const Numbers few = make(50, [&](auto) { return random.next(); });
  EXPECT_EQ(encoding_of(make(2048, [&](auto) { return few[random.below(50)]; })),
            Encoding::dictionary);
  EXPECT_EQ(encoding_of(make(2048, [&](auto) { return random.next(); })), Encoding::raw);
}

TEST(Columns, TakeFewBytesWhereTheNumbersAreRegular) {
  EXPECT_LE(encode(Numbers(2048, 7)).size(), 3u);
  EXPECT_LE(encode(make(2048, [](auto i) { return 1000 + 3 * i; })).size(), 24u);
  EXPECT_LE(encode(make(2048, [](auto i) { return 1000 + i / 5; })).size(), 30u);
  // Times around the epoch: signs cost nothing.
  EXPECT_LE(encode(make(2048, [](auto i) { return static_cast<std::uint64_t>(i % 3) - 1; })).size(),
            2048u / 4 + 40);
}

TEST(Columns, RoundTripEverySizeAndShape) {
  base::TestRandom random(3);
  expect_round_trip({});
  for (std::size_t count = 1; count < 5000; count += count < 300 ? 1 : 251) {
    const std::uint64_t start = random.next() >> random.below(64);
    const std::uint64_t step = random.next() >> random.below(64);
    const int shift = static_cast<int>(random.below(64));
    expect_round_trip(make(count, [&](auto) { return start; }));
    expect_round_trip(make(count, [&](auto i) { return start + step * i; }));
    expect_round_trip(make(count, [&](auto) { return random.next() >> shift; }));
    expect_round_trip(make(count, [&](auto) { return start - (random.next() >> shift); }));
    expect_round_trip(make(count, [&](auto i) { return start + i / 7 * step; }));
    expect_round_trip(make(count, [&](auto) { return start + random.below(4) * step; }));
    expect_round_trip(make(count, [&](auto i) { return i % 200 < 150 ? i : random.next(); }));
  }
}

TEST(Columns, DamagedBytesNeverCrash) {
  base::TestRandom random(4);
  for (const Numbers& numbers : {make(300, [](auto i) { return i / 9 * 77; }),
                                 make(300, [&](auto) { return random.below(9); }),
                                 make(300, [&](auto i) { return i * 3 + random.below(2); }),
                                 make(300, [&](auto i) { return (i % 3) << 60; })}) {
    const base::Bytes bytes = encode(numbers);
    Numbers decoded(numbers.size());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const base::Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
      base::ByteReader cut_in(cut);
      IntegerDecoder().decode(cut_in, decoded);
      EXPECT_FALSE(cut_in.ok()) << at;
      for (int bit = 0; bit < 8; ++bit) {
        base::Bytes damaged = bytes;
        damaged[at] ^= static_cast<std::uint8_t>(1 << bit);
        base::ByteReader in(damaged);
        IntegerDecoder().decode(in, decoded);
      }
    }
  }
}

}  // namespace
}  // namespace stele::format
