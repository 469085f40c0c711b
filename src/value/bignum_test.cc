#include "value/bignum.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

#include "value/testing_values.h"

namespace stele::value {
namespace {

using base::TestRandom;

Big big(std::string_view text) {
  const auto parsed = parse_big(text, true);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Big{});
}

std::string shown(const std::optional<Big>& number) {
  return number ? print_big(number->view()) : "too long";
}

TEST(Bignum, DecimalsKeepTheirScale) {
  // Text, and what Java's BigDecimal writes for it.
  const std::pair<const char*, const char*> kTexts[] = {
      {"1", "1"},
      {"1.00", "1.00"},
      {"-12.50", "-12.50"},
      {"+7", "7"},
      {"007", "7"},
      {"1E+3", "1E+3"},
      {"1e3", "1E+3"},
      {"12E+3", "1.2E+4"},
      {"1.5E-3", "0.0015"},
      {"0.000001", "0.000001"},
      {"0.0000001", "1E-7"},
      {"0.00000012", "1.2E-7"},
      {"0", "0"},
      {"0.00", "0.00"},
      {"0E+3", "0E+3"},
      {"0E-7", "0E-7"},
      {"-0", "0"},
      {"-0.0", "0.0"},
      {".5", "0.5"},
      {"5.", "5"},
      {"123.456E-2", "1.23456"},
      {"1E+2147483648", "1E+2147483648"},
      {"123456789012345678901234567890.12", "123456789012345678901234567890.12"},
  };
  for (const auto& [text, java] : kTexts) EXPECT_EQ(print_big(big(text).view()), java);
}

TEST(Bignum, WhatIsPrintedReadsBackTheSame) {
  TestRandom random(1);
  for (int i = 0; i < 3000; ++i) {
    const Value value = random_value_of(i % 2 == 0 ? Kind::bigint : Kind::bigdec, random);
    const std::string text = value.as_decimal();
    const Value again = value.is(Kind::bigint) ? bigint(text) : bigdec(text);
    ASSERT_EQ(again, value);
    ASSERT_EQ(again.as_decimal(), text);
  }
}

TEST(Bignum, RefusesWhatIsNoNumber) {
  for (const char* const text :
       {"", "-", "+", ".", "1.2.3", "1e", "1e+", "e3", "--1", " 1", "1 ", "0x10", "1_000", "NaN",
        "1E5.5", "1E+2147483649", "1E-2147483648"}) {
    EXPECT_FALSE(parse_big(text, true)) << text;
  }
  for (const char* const text : {"1.0", "1E3", "12N", ""}) {
    EXPECT_FALSE(parse_big(text, false)) << text;
    EXPECT_EQ(Value::bigint(text).error().code(), "edn/number");
  }
  EXPECT_EQ(Value::bigdec("abc").error().category(), ErrorCategory::invalid);
}

TEST(Bignum, RefusesNumbersLongerThanTheLimit) {
  EXPECT_TRUE(parse_big(std::string(kDigitsMax, '7'), false));
  EXPECT_FALSE(parse_big(std::string(kDigitsMax + 1, '7'), false));
  EXPECT_FALSE(parse_big("1E+99999999999999999999999", true));
}

TEST(Bignum, ZeroHasNoSign) {
  EXPECT_FALSE(big("-0").negative);
  EXPECT_EQ(bigint("-0"), bigint("0"));
  EXPECT_EQ(bigint("-0"), Value(0));
}

TEST(Bignum, KnowsWhichNumbersFitAnInt64) {
  EXPECT_EQ(int64_of(big("0").view()), 0);
  EXPECT_EQ(int64_of(big("9223372036854775807").view()), INT64_MAX);
  EXPECT_EQ(int64_of(big("-9223372036854775808").view()), INT64_MIN);
  EXPECT_EQ(int64_of(big("9223372036854775808").view()), std::nullopt);
  EXPECT_EQ(int64_of(big("-9223372036854775809").view()), std::nullopt);
  EXPECT_EQ(int64_of(big("18446744073709551616").view()), std::nullopt);
  for (const std::int64_t i : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(int64_of(Int64AsBig(i).view()), i);
  }
}

TEST(Bignum, ToDoubleIsTheNearestDouble) {
  TestRandom random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string text = std::to_string(static_cast<std::int64_t>(random.next()));
    for (std::uint64_t n = random.below(3); n > 0; --n) text += std::to_string(random.next());
    text += "E" + std::to_string(random.between(-320, 300));
    const double nearest = std::strtod(text.c_str(), nullptr);
    if (std::fpclassify(nearest) == FP_SUBNORMAL) continue;
    ASSERT_EQ(to_double(big(text).view()), nearest) << text;
  }
}

TEST(Bignum, ToDoubleEndsInInfinityOrZero) {
  EXPECT_EQ(to_double(big("1E+400").view()), std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double(big("-1E+2000000000").view()), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double(big("1E-400").view()), 0.0);
  EXPECT_EQ(to_double(big("1E-2000000000").view()), 0.0);
  EXPECT_EQ(to_double(big("5E-324").view()), 5e-324);
  EXPECT_EQ(to_double(big("0E+2000000000").view()), 0.0);
  EXPECT_EQ(to_double(big("1.7976931348623157E+308").view()), std::numeric_limits<double>::max());
}

TEST(Bignum, SumsHaveTheFinerScale) {
  EXPECT_EQ(shown(add(big("1.5").view(), big("2.25").view())), "3.75");
  EXPECT_EQ(shown(add(big("1.50").view(), big("-1.5").view())), "0.00");
  EXPECT_EQ(shown(subtract(big("1").view(), big("0.001").view())), "0.999");
  EXPECT_EQ(shown(subtract(big("5").view(), big("0").view())), "5");
  EXPECT_EQ(shown(subtract(big("0").view(), big("5").view())), "-5");
  EXPECT_EQ(shown(add(big("1E+3").view(), big("1").view())), "1001");
}

TEST(Bignum, ProductsAddUpTheirScales) {
  EXPECT_EQ(shown(multiply(big("1.5").view(), big("2.00").view())), "3.000");
  EXPECT_EQ(shown(multiply(big("-1E+3").view(), big("1E+4").view())), "-1E+7");
  EXPECT_EQ(shown(multiply(big("99999999999999999999").view(), big("99999999999999999999").view())),
            "9999999999999999999800000000000000000001");
}

TEST(Bignum, NothingGrowsBeyondTheLimits) {
  const Big huge = big("1E+1000000000");
  EXPECT_EQ(shown(add(huge.view(), big("1").view())), "too long");
  EXPECT_EQ(shown(add(huge.view(), big("0").view())),
            "too long");  // its digits would be written out
  EXPECT_EQ(shown(multiply(huge.view(), huge.view())), "1E+2000000000");
  EXPECT_EQ(shown(multiply(big("1E+2000000000").view(), huge.view())), "too long");
  const Big longest = big(std::string(kDigitsMax, '9'));
  EXPECT_EQ(shown(multiply(longest.view(), longest.view())), "too long");
  EXPECT_FALSE(divide_whole(huge.view(), big("7").view()));
}

TEST(Bignum, WholeDivisionCutsTowardsZero) {
  const auto divided = [](std::string_view a, std::string_view b) {
    const auto division = divide_whole(big(a).view(), big(b).view());
    return print_big(division->quotient.view()) + " rest " + print_big(division->remainder.view());
  };
  EXPECT_EQ(divided("7", "2"), "3 rest 1");
  EXPECT_EQ(divided("-7", "2"), "-3 rest -1");
  EXPECT_EQ(divided("7", "-2"), "-3 rest 1");
  EXPECT_EQ(divided("7.5", "2"), "3 rest 1.5");
  EXPECT_EQ(divided("1", "1E+1000000000"), "0 rest 1");
  EXPECT_EQ(divided("100000000000000000000000000001", "10000000000"),
            "10000000000000000000 rest 1");
}

TEST(Bignum, DecimalQuotientsAreExactOrSayThatTheyHaveNoEnd) {
  const auto divided = [](std::string_view a, std::string_view b) {
    const DecimalQuotient result = divide_decimal(big(a).view(), big(b).view());
    return result.is_endless ? "endless" : shown(result.quotient);
  };
  EXPECT_EQ(divided("1", "4"), "0.25");
  EXPECT_EQ(divided("1.00", "2"), "0.50");
  EXPECT_EQ(divided("6", "-3"), "-2");
  EXPECT_EQ(divided("0", "3"), "0");
  EXPECT_EQ(divided("1", "3"), "endless");
  EXPECT_EQ(divided("3.3", "0.11"), "3E+1");
  EXPECT_EQ(divided("1E+1000000000", "1E-1000000000"), "1E+2000000000");
}

TEST(Bignum, IntegersDivideToTheNearestDouble) {
  const auto divided = [](std::string_view a, std::string_view b) {
    return divide_to_double(big(a).view(), big(b).view());
  };
  EXPECT_EQ(divided("1", "3"), 1.0 / 3);
  EXPECT_EQ(divided("-2", "3"), -2.0 / 3);
  EXPECT_EQ(divided("0", "3"), 0.0);
  const std::string zeros(400, '0');
  EXPECT_EQ(divided("1" + zeros, "4" + zeros), 0.25);  // both beyond all doubles
  EXPECT_EQ(divided("1" + zeros, "1"), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace stele::value
