// Simulations hold what must hold; what does not hold is seen.
#include "sim/simulation.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sim/history.h"
#include "sim/scheduler.h"

namespace stele::sim {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& line : lines) all += line + "\n";
  return all;
}

TEST(Simulation, NothingIsViolated) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto outcome = simulate({.seed = seed});
    ASSERT_TRUE(outcome.violations.empty())
        << "seed " << seed << ": " << joined(outcome.violations);
  }
}

TEST(Simulation, ASeedHasOneTrace) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(simulate({.seed = seed}).trace, simulate({.seed = seed}).trace) << seed;
  }
  EXPECT_NE(simulate({.seed = 1}).trace, simulate({.seed = 2}).trace);
}

TEST(Simulation, ItIsABadDay) {
  Outcome all;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto outcome = simulate({.seed = seed});
    all.faults += outcome.faults;
    all.kills += outcome.kills;
    all.committed += outcome.committed;
    all.refused += outcome.refused;
    all.unknown += outcome.unknown;
  }
  EXPECT_GT(all.faults, 200u);
  EXPECT_GT(all.kills, 10u);
  EXPECT_GT(all.committed, 200u);
  EXPECT_GT(all.refused, 20u);
  EXPECT_GT(all.unknown, 5u);
}

TEST(Scheduler, TimeGoesToWhoeverIsDueFirst) {
  Scheduler scheduler(1, 1000);
  std::vector<std::string> order;
  for (const int every : {3, 5}) {
    scheduler.spawn([&, every] {
      for (int i = 0; i < 3; ++i) {
        scheduler.wait_us(every);
        order.push_back(base::text(every, "@", scheduler.now_us()));
      }
    });
  }
  ASSERT_TRUE(scheduler.run());
  EXPECT_EQ(order, (std::vector<std::string>{"3@3", "5@5", "3@6", "3@9", "5@10", "5@15"}));
}

TEST(Scheduler, GivesUpOnWhatDoesNotEnd) {
  Scheduler scheduler(1, 1000);
  scheduler.spawn([&] {
    while (!scheduler.given_up()) scheduler.wait_us(1);
  });
  EXPECT_FALSE(scheduler.run());
}

Operation append(std::int64_t began, std::int64_t ended, Key key, std::int64_t value,
                 Lists reads = {}) {
  return {.process = "p",
          .began_us = began,
          .ended_us = ended,
          .outcome = Operation::Outcome::committed,
          .appends = {{key, value}},
          .reads = std::move(reads)};
}

TEST(Judge, AcceptsWhatIsInOrder) {
  const History history = {append(1, 2, 1, 10), append(3, 4, 1, 11, {{1, {10}}}),
                           append(3, 9, 2, 12, {{1, {10, 11}}})};
  EXPECT_EQ(joined(judge(history, {{1, {10, 11}}, {2, {12}}})), "");
}

TEST(Judge, SeesWhatWasLost) {
  const History history = {append(1, 2, 1, 10), append(3, 4, 1, 11)};
  EXPECT_EQ(joined(judge(history, {{1, {11}}})),
            "operation 0 of p (1 us) was acknowledged and is lost\n");
}

TEST(Judge, SeesWhatWasRefusedAndIsThere) {
  History history = {append(1, 2, 1, 10)};
  history[0].outcome = Operation::Outcome::refused;
  EXPECT_EQ(joined(judge(history, {{1, {10}}})),
            "operation 0 of p (1 us) was refused and is there\n");
}

TEST(Judge, SeesHalfATransaction) {
  History history = {append(1, 2, 1, 10)};
  history[0].appends[2] = 11;
  history[0].outcome = Operation::Outcome::unknown;
  EXPECT_EQ(joined(judge(history, {{1, {10}}})), "operation 0 of p (1 us) is there in part\n");
}

TEST(Judge, SeesAStateThatNeverWas) {
  const History history = {append(1, 9, 1, 10), append(1, 9, 1, 11),
                           append(1, 9, 2, 12, {{1, {11}}})};
  EXPECT_EQ(joined(judge(history, {{1, {10, 11}}, {2, {12}}})),
            "operation 2 of p (1 us) saw list 1 as it never was\n");
}

// Each saw the other's append not yet: write skew.
TEST(Judge, SeesACycleOfReads) {
  const History history = {append(1, 9, 1, 10, {{2, {}}}), append(1, 9, 2, 11, {{1, {}}})};
  EXPECT_EQ(judge(history, {{1, {10}}, {2, {11}}}).size(), 1u);
}

TEST(Judge, SeesAStaleRead) {
  const History history = {append(1, 2, 1, 10), append(5, 6, 2, 11, {{1, {}}})};
  EXPECT_EQ(judge(history, {{1, {10}}, {2, {11}}}).size(), 1u);
}

}  // namespace
}  // namespace stele::sim
