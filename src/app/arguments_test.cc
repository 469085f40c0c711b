#include "app/arguments.h"

#include <gtest/gtest.h>

namespace stele::app {
namespace {

TEST(Arguments, ATimeIsANumberAndAUnit) {
  EXPECT_EQ(duration_argument("0s").value(), 0);
  EXPECT_EQ(duration_argument("90s").value(), 90'000);
  EXPECT_EQ(duration_argument("15m").value(), 900'000);
  EXPECT_EQ(duration_argument("24h").value(), 86'400'000);
  EXPECT_EQ(duration_argument("2d").value(), 172'800'000);
  for (const char* wrong : {"", "s", "12", "-1s", "1 s", "1w", "1.5h", "12ss", "99999999999999d"}) {
    EXPECT_EQ(duration_argument(wrong).error().code(), "argument/time") << wrong;
  }
}

}  // namespace
}  // namespace stele::app
