#include "net/hedging.h"

#include <gtest/gtest.h>

namespace stele::net {
namespace {

void see(Hedging& hedging, int answers, std::int64_t ms) {
  for (int i = 0; i < answers; ++i) {
    hedging.began();
    hedging.answered(ms);
  }
}

TEST(Hedging, KnowsNothingBeforeItHasSeenAnswers) {
  Hedging hedging;
  see(hedging, static_cast<int>(Hedging::kAnswersLeast) - 1, 200);
  EXPECT_FALSE(hedging.delay_ms());
  see(hedging, 1, 200);
  EXPECT_EQ(hedging.delay_ms(), 300);
}

TEST(Hedging, TheDelayIsAboveNineteenOfTwentyAnswersAndNeverTiny) {
  Hedging hedging;
  see(hedging, 128, 2);
  EXPECT_EQ(hedging.delay_ms(), Hedging::kDelayLeastMs);
  for (int i = 0; i < 128; ++i) see(hedging, 1, i % 32 == 0 ? 9'000 : 100 + i % 8);
  EXPECT_GE(*hedging.delay_ms(), 107);
  EXPECT_LT(*hedging.delay_ms(), 1'000);
  see(hedging, 128, 400);
  EXPECT_EQ(hedging.delay_ms(), 600);
}

TEST(Hedging, OneInTwentyAtMost) {
  Hedging hedging;
  int taken = 0;
  for (int i = 1; i <= 10'000; ++i) {
    hedging.began();
    taken += hedging.take(0) ? 1 : 0;
    EXPECT_LE(taken * Hedging::kRequestsForOne, i);
  }
  EXPECT_EQ(taken, 500);
  see(hedging, 10'000, 1);
  for (taken = 0; hedging.take(0);) ++taken;
  EXPECT_EQ(taken, Hedging::kSavedMax);
}

TEST(Hedging, NoneWhileTheServerIsAskedTooMuch) {
  Hedging hedging;
  see(hedging, 100, 1);
  ASSERT_TRUE(hedging.take(1'000));
  hedging.pushed_back(1'000);
  see(hedging, 100, 1);
  EXPECT_FALSE(hedging.take(1'000 + Hedging::kCalmMs - 1));
  EXPECT_TRUE(hedging.take(1'000 + Hedging::kCalmMs));
}

}  // namespace
}  // namespace stele::net
