#include <memory>

#include <gtest/gtest.h>

#include <stele/result.h>
#include <stele/value.h>

#include "base/try.h"

namespace stele {
namespace {

Result<int> half(int x) {
  if (x % 2 != 0) return invalid("test/odd", "odd numbers have no half");
  return x / 2;
}

Result<int> quarter(int x) {
  STELE_TRY(const int once, half(x));
  STELE_TRY(const int twice, half(once));
  return twice;
}

Done check_even(int x) {
  STELE_DO(half(x));
  return {};
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_TRUE(half(4).ok());
  EXPECT_EQ(*half(4), 2);
  EXPECT_FALSE(half(3).ok());
  EXPECT_EQ(half(3).error().code(), "test/odd");
  EXPECT_EQ(half(3).value_or(7), 7);
  EXPECT_EQ(half(4).value_or(7), 2);
}

TEST(Result, TryPassesErrorsOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().code(), "test/odd");
  EXPECT_TRUE(check_even(2).ok());
  EXPECT_EQ(check_even(1).error().code(), "test/odd");
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

TEST(Result, OfAValueMayBeNil) {
  const Result<Value> result = Value();
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(result->is_nil());
}

TEST(Result, ValueThrowsTheErrorOrEndsTheProcess) {
  EXPECT_EQ(half(4).value(), 2);
#if defined(STELE_NO_EXCEPTIONS)
  EXPECT_DEATH((void)half(3).value(), ":test/odd odd numbers have no half");
#else
  try {
    (void)half(3).value();
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.error().code(), "test/odd");
    EXPECT_STREQ(exception.what(), ":test/odd odd numbers have no half");
  }
  EXPECT_THROW(check_even(1).value(), Exception);
#endif
}

}  // namespace
}  // namespace stele
