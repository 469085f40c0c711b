#include "base/environment.h"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace stele::base {
namespace {

TEST(SystemEnvironment, KnowsTheYear) {
  EXPECT_GT(system_environment().now(), instant("2023-01-01"));
  EXPECT_LT(system_environment().now(), instant("2200-01-01"));
}

TEST(SystemEnvironment, SteadyClockDoesNotRunBackwards) {
  Environment& environment = system_environment();
  std::int64_t before = environment.steady_ms();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = environment.steady_ms();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST(SystemEnvironment, SleepsAtLeastAsLongAsAsked) {
  Environment& environment = system_environment();
  const std::int64_t before = environment.steady_ms();
  environment.sleep_ms(5);
  EXPECT_GE(environment.steady_ms() - before, 4);  // both clock readings are cut to milliseconds
}

TEST(SystemEnvironment, FillsBuffersOfAnyLengthWithRandomness) {
  for (const std::size_t n : {0u, 1u, 255u, 256u, 257u, 10'000u}) {
    std::vector<std::uint8_t> bytes(n + 1, 0);
    system_environment().fill_random(std::span(bytes).first(n));
    EXPECT_EQ(bytes[n], 0);
    if (n > 100) {
      EXPECT_GT(std::set(bytes.begin(), bytes.end()).size(), 50u);
    }
  }
}

TEST(Environment, RandomUuidsAreOfVersion4AndDiffer) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (int i = 0; i < 100; ++i) {
    const Uuid uuid = system_environment().random_uuid();
    EXPECT_EQ(uuid.high >> 12 & 15, 4u);
    EXPECT_EQ(uuid.low >> 62, 2u);
    seen.emplace(uuid.high, uuid.low);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Deadline, NeverPassesUnlessSet) {
  Environment& environment = system_environment();
  EXPECT_FALSE(passed(Deadline{}, environment));
  EXPECT_FALSE(passed(deadline_after(environment, 60'000), environment));
  EXPECT_TRUE(passed(deadline_after(environment, 0), environment));
  EXPECT_TRUE(passed(deadline_after(environment, -1), environment));
}

}  // namespace
}  // namespace stele::base
