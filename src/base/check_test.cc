#include "base/check.h"

#include <gtest/gtest.h>

namespace stele::base {
namespace {

TEST(Check, LetsPassWhatHolds) {
  int evaluated = 0;
  STELE_CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
}

TEST(CheckDeathTest, EndsTheProcessAndSaysWhereAndWhat) {
  EXPECT_DEATH(STELE_CHECK(1 + 1 == 3), "check_test.cc:[0-9]+: this must hold: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace stele::base
