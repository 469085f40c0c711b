// Views of thousands of random histories.
#include <gtest/gtest.h>

#include "db/random_views_testing.h"

namespace stele::db {
namespace {

TEST(RandomViewsSlow, AreTheReplayOfTheirTransactions) {
  for (std::uint64_t seed = 1000; seed <= 3199 && !HasFailure(); ++seed) check_random_views(seed);
}

}  // namespace
}  // namespace stele::db
