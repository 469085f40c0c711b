// Views of a few dozen random histories; views_slow_test.cc takes thousands.
#include <gtest/gtest.h>

#include "db/random_views_testing.h"

namespace stele::db {
namespace {

TEST(RandomViews, AreTheReplayOfTheirTransactions) {
  for (std::uint64_t seed = 1; seed <= 60 && !HasFailure(); ++seed) check_random_views(seed);
}

}  // namespace
}  // namespace stele::db
