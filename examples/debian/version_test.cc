#include "version.h"

#include <gtest/gtest.h>

namespace debian {
namespace {

TEST(version, the_order_of_a_long_life) {
  const char* ascending[] = {"0.9~~",       "0.9~~a",   "0.9~",       "0.9",        "0.9a",
                             "0.9+b1",      "0.9.1",    "0.10~rc1-1", "0.10~rc1-2", "0.10-1",
                             "0.10-1+deb1", "0.10-1.1", "0.10-10",    "1.0-1",      "1:0.1",
                             "1:0.1-1",     "2:0"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      const int order = compare_versions(ascending[i], ascending[j]);
      EXPECT_EQ(i < j, order < 0) << ascending[i] << " and " << ascending[j];
      EXPECT_EQ(i > j, order > 0) << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(version, what_looks_different_may_be_the_same) {
  EXPECT_EQ(compare_versions("1.2", "0:1.2-0"), 0);
  EXPECT_EQ(compare_versions("1.02", "1.2"), 0);
}

}  // namespace
}  // namespace debian
