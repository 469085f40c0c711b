#include <set>

#include <gtest/gtest.h>

#include <stele/value.h>

#include "base/testing_random.h"
#include "value/testing_values.h"

namespace stele {
namespace {

using value::bigdec;
using value::bigint;
using value::describe;

// order_test.cc has the law that equal values have equal hashes.

TEST(Hash, IgnoresWhatEqualityIgnores) {
  EXPECT_EQ(hash(Value(1)), hash(bigint("1")));
  EXPECT_EQ(hash(Value(INT64_MIN)), hash(bigint("-9223372036854775808")));
  EXPECT_EQ(hash(Value(0.5)), hash(Value::float32(0.5f)));
  EXPECT_EQ(hash(Value(0.0)), hash(Value(-0.0)));
  EXPECT_EQ(hash(bigdec("1.0")), hash(bigdec("1.00")));
  EXPECT_EQ(hash(bigdec("0.000")), hash(bigdec("0E+7")));
  EXPECT_EQ(hash(bigdec("1E+1000")), hash(bigdec("10E+999")));
  EXPECT_EQ(hash(Value::vector({1})), hash(Value::list({1})));
}

TEST(Hash, OfDecimalsIgnoresAnyNumberOfZeros) {
  base::TestRandom random(1);
  for (int i = 0; i < 300; ++i) {
    std::string digits = std::to_string(1 + random.below(1'000'000));
    for (std::uint64_t n = random.below(40); n > 0; --n) {
      digits += static_cast<char>('0' + random.below(10));
    }
    const std::int64_t exponent = random.between(-50, 50);
    const auto zeros = static_cast<std::int64_t>(random.below(60));
    const Value plain = bigdec(digits + "E" + std::to_string(exponent));
    const Value longer = bigdec(digits + std::string(static_cast<std::size_t>(zeros), '0') + "E" +
                                std::to_string(exponent - zeros));
    ASSERT_EQ(plain, longer);
    ASSERT_EQ(hash(plain), hash(longer)) << describe(plain) << " and " << describe(longer);
  }
}

TEST(Hash, TellsApartWhatEqualityTellsApart) {
  base::TestRandom random(2);
  const std::vector<Value> values = value::assorted_values(random, 1000);
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = i + 1; k < values.size(); ++k) {
      // Decimals that are apart by a multiple of a prime of 61 bits meet: 1M and
      // 4611686018427387903M.
      if (values[i].is(Kind::bigdec) && values[k].is(Kind::bigdec)) continue;
      if (values[i] == values[k]) continue;
      ++pairs;
      ASSERT_NE(hash(values[i]), hash(values[k]))
          << describe(values[i]) << ", " << describe(values[k]);
    }
  }
  EXPECT_GT(pairs, 100'000u);
}

TEST(Hash, SpreadsPrices) {
  std::set<std::uint64_t> seen;
  for (int cents = 0; cents < 20'000; ++cents) {
    seen.insert(hash(bigdec(std::to_string(cents) + "E-2")));
    seen.insert(hash(bigdec("-" + std::to_string(cents) + "E-2")));
  }
  EXPECT_EQ(seen.size(), 39'999u);
}

TEST(Hash, SpreadsTuplesOfSmallNumbers) {
  std::set<std::uint64_t> seen;
  for (int a = 0; a < 100; ++a) {
    for (int b = 0; b < 100; ++b) seen.insert(hash(Value::vector({a, b})));
  }
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(Hash, DependsOnTheShapeOfNesting) {
  const Value one = Value::vector({1});
  EXPECT_NE(hash(Value::vector({one, 2})), hash(Value::vector({Value::vector({1, 2})})));
  EXPECT_NE(hash(Value::vector({})), hash(Value::vector({Value::vector({})})));
  EXPECT_NE(hash(Value::set({1})), hash(Value::vector({1})));
}

// The same in every process, on every machine and in every version.
TEST(Hash, NeverChanges) {
  EXPECT_EQ(hash(Value()), 0x1291425610eed61aull);
  EXPECT_EQ(hash(Value(42)), 0x1ab4e1134802c9f1ull);
  EXPECT_EQ(hash(Value("stele")), 0x97317311215a242aull);
  EXPECT_EQ(hash(bigdec("12.50")), 0xb914a2ffe3cae587ull);
  EXPECT_EQ(hash(Value::map({{Value::keyword("a/b"), Value::set({1, 2.5})}})),
            0x7998a1fd4c30b133ull);
}

}  // namespace
}  // namespace stele
