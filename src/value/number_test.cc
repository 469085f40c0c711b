#include "value/number.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "value/testing_values.h"

namespace stele::value {
namespace {

using base::TestRandom;

using Operation = Result<Value> (*)(const Value&, const Value&);

const double kInfinity = std::numeric_limits<double>::infinity();

// The result is this value, of this kind.
void expect(const Result<Value>& result, const Value& value) {
  ASSERT_TRUE(result.ok()) << result.error().message();
  EXPECT_EQ(describe(*result), describe(value));
}

void expect_error(const Result<Value>& result, std::string_view code) {
  ASSERT_FALSE(result.ok()) << describe(*result);
  EXPECT_EQ(result.error().code(), code);
  EXPECT_EQ(result.error().category(), ErrorCategory::invalid);
}

TEST(Number, OperandsChooseTheKindOfTheResult) {
  expect(add(1, 2), 3);
  expect(add(1, 2.5), 3.5);
  expect(add(1, bigint("2")), bigint("3"));
  expect(add(1, bigdec("2.50")), bigdec("3.50"));
  expect(add(bigint("1"), bigdec("2.50")), bigdec("3.50"));
  expect(add(bigdec("1.5"), 1.0), 2.5);
  expect(add(bigint("1"), 1.0), 2.0);
  expect(add(Value::float32(1.5f), 1), 2.5);
  expect(multiply(Value::float32(2), Value::float32(3)), 6.0);
}

TEST(Number, Int64sNeverWrapAround) {
  expect(add(INT64_MAX - 1, 1), INT64_MAX);
  expect_error(add(INT64_MAX, 1), "query/arithmetic");
  expect_error(subtract(INT64_MIN, 1), "query/arithmetic");
  expect_error(multiply(INT64_MAX, 2), "query/arithmetic");
  expect_error(negate(INT64_MIN), "query/arithmetic");
  expect_error(divide(INT64_MIN, -1), "query/arithmetic");
  expect_error(quotient(INT64_MIN, -1), "query/arithmetic");
  expect(remainder(INT64_MIN, -1), 0);
  expect(modulo(INT64_MIN, -1), 0);
  expect(add(INT64_MAX, bigint("1")), bigint("9223372036854775808"));
}

TEST(Number, SubtractsMultipliesAndNegates) {
  expect(subtract(5, 7), -2);
  expect(multiply(-3, 7), -21);
  expect(multiply(bigdec("1.5"), 2), bigdec("3.0"));
  expect(negate(5), -5);
  expect(negate(bigdec("1.50")), bigdec("-1.50"));
  const Value minus_zero = *negate(0.0);
  EXPECT_TRUE(std::signbit(minus_zero.as_double()));
}

TEST(Number, J22_IntegersDivideExactlyOrToADouble) {
  expect(divide(6, 3), 2);
  expect(divide(7, 2), 3.5);
  expect(divide(-7, 2), -3.5);
  expect(divide(bigint("6"), 3), bigint("2"));
  expect(divide(bigint("1"), 3), 1.0 / 3);
  expect(divide(6, -1), -6);
}

TEST(Number, DecimalsDivideExactlyOrSayWhyNot) {
  expect(divide(bigdec("1"), 4), bigdec("0.25"));
  expect(divide(bigdec("1.00"), bigdec("0.5")), bigdec("2.0"));
  expect_error(divide(bigdec("1"), 3), "query/arithmetic");
}

TEST(Number, DoublesFollowIeee) {
  expect(divide(1.0, 0), kInfinity);
  expect(divide(-1, 0.0), -kInfinity);
  EXPECT_TRUE(std::isnan(divide(0.0, 0.0)->as_double()));
  expect(add(kInfinity, bigdec("1E+400")), kInfinity);
}

TEST(Number, DividingByZeroIsAnErrorForExactNumbers) {
  for (const Value& zero : {Value(0), bigint("0"), bigdec("0.00")}) {
    for (const Operation operation : {divide, quotient, remainder, modulo}) {
      expect_error(operation(1, zero), "query/arithmetic");
      expect_error(operation(bigdec("1.5"), zero), "query/arithmetic");
    }
  }
  for (const Operation operation : {quotient, remainder, modulo}) {
    expect_error(operation(1.5, 0), "query/arithmetic");
  }
}

TEST(Number, QuotientRemainderAndModuloHaveTheSignsOfClojure) {
  const struct {
    int a, b, quotient, remainder, modulo;
  } kCases[] = {{7, 2, 3, 1, 1}, {-7, 2, -3, -1, 1}, {7, -2, -3, 1, -1}, {-7, -2, 3, -1, -1},
                {6, 3, 2, 0, 0}, {-6, 3, -2, 0, 0},  {0, 5, 0, 0, 0}};
  for (const auto& c : kCases) {
    expect(quotient(c.a, c.b), c.quotient);
    expect(remainder(c.a, c.b), c.remainder);
    expect(modulo(c.a, c.b), c.modulo);
    const Value a = bigint(std::to_string(c.a));
    expect(quotient(a, c.b), bigint(std::to_string(c.quotient)));
    expect(remainder(a, c.b), bigint(std::to_string(c.remainder)));
    expect(modulo(a, c.b), bigint(std::to_string(c.modulo)));
    const auto d = static_cast<double>(c.a);
    EXPECT_EQ(quotient(d, c.b)->as_double(), c.quotient);
    EXPECT_EQ(remainder(d, c.b)->as_double(), c.remainder);
    EXPECT_EQ(modulo(d, c.b)->as_double(), c.modulo);
  }
  expect(remainder(bigdec("7.5"), 2), bigdec("1.5"));
  expect(modulo(bigdec("-7.5"), 2), bigdec("0.5"));
}

TEST(Number, OnlyNumbersTakePart) {
  for (const Operation operation : {add, subtract, multiply, divide, quotient, remainder, modulo}) {
    expect_error(operation("a", 1), "query/function");
    expect_error(operation(1, Value()), "query/function");
    expect_error(operation(Instant{1}, 1), "query/function");
  }
  expect_error(negate("a"), "query/function");
}

TEST(Number, ResultsBeyondTheLimitsAreErrors) {
  expect_error(add(bigdec("1E+1000000000"), 1), "query/arithmetic");
  expect_error(multiply(bigdec("1E+2000000000"), bigdec("1E+2000000000")), "query/arithmetic");
}

// a = b * quotient + remainder, exactly, in every exact kind.
TEST(Number, QuotientAndRemainderMakeUpTheNumber) {
  TestRandom random(1);
  for (int i = 0; i < 3000; ++i) {
    const Value a = random_number(random);
    const Value b = random_number(random);
    const auto whole = quotient(a, b);
    const auto rest = remainder(a, b);
    if (!whole.ok() || !rest.ok() || whole->is(Kind::float64)) continue;
    const auto product = multiply(b, *whole);
    if (!product.ok()) continue;
    const auto sum = add(*product, *rest);
    if (!sum.ok()) continue;
    ASSERT_EQ(compare(*sum, a), 0) << describe(a) << " by " << describe(b);
  }
}

TEST(Number, ToDoubleTakesEveryKind) {
  EXPECT_EQ(to_double(1), 1.0);
  EXPECT_EQ(to_double(bigint("3")), 3.0);
  EXPECT_EQ(to_double(bigdec("0.1")), 0.1);
  EXPECT_EQ(to_double(Value::float32(0.5f)), 0.5);
}

}  // namespace
}  // namespace stele::value
