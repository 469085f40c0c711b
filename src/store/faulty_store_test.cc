#include "store/faulty_store.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace stele::store {
namespace {

using Outcome = HeadWrite::Outcome;

const Store::Bytes kOne = {1};
const Store::Bytes kTwo = {2};

std::shared_ptr<FaultyStore> scripted(std::map<std::uint64_t, Fault> faults,
                                      std::uint64_t lateness = 1) {
  return std::make_shared<FaultyStore>(
      make_memory_store(), std::make_unique<ScriptedFaults>(std::move(faults), lateness));
}

TEST(FaultyStore, FailsBeforeOrAfterTheEffect) {
  auto store = scripted({{0, Fault::error_before}, {2, Fault::error_after}});
  EXPECT_EQ(store->swap_head("db", {}, kOne, {}).outcome, Outcome::unknown);
  EXPECT_TRUE(store->read_head("db", {}, 0, {})->version.absent());
  EXPECT_EQ(store->swap_head("db", {}, kOne, {}).outcome, Outcome::unknown);
  EXPECT_EQ(store->read_head("db", {}, 0, {})->bytes, kOne);
  EXPECT_EQ(store->faults(), 2u);
}

TEST(FaultyStore, UnavailableMeansThatNothingHappened) {
  auto store = scripted({{0, Fault::unavailable}, {1, Fault::unavailable}});
  EXPECT_EQ(store->swap_head("db", {}, kOne, {}).outcome, Outcome::failed);
  EXPECT_EQ(store->write_once("a", kOne, {}).error().category(), ErrorCategory::unavailable);
  EXPECT_TRUE(store->head_names({})->empty());
  EXPECT_FALSE(store->read("a", {}, {}).ok());
}

TEST(FaultyStore, ALateWriteLandsLater) {
  auto store = scripted({{0, Fault::late}}, 2);
  EXPECT_EQ(store->swap_head("db", {}, kOne, {}).outcome, Outcome::unknown);
  EXPECT_TRUE(store->read_head("db", {}, 0, {})->version.absent());
  EXPECT_EQ(store->read_head("db", {}, 0, {})->bytes, kOne);
}

TEST(FaultyStore, ALateWriteLosesToOneThatWasFaster) {
  auto store = scripted({{0, Fault::late}}, 5);
  (void)store->swap_head("db", {}, kOne, {});
  EXPECT_EQ(store->swap_head("db", {}, kTwo, {}).outcome, Outcome::written);
  store->settle();
  EXPECT_EQ(store->read_head("db", {}, 0, {})->bytes, kTwo);
}

TEST(FaultyStore, SettlesWhatIsLate) {
  auto store = scripted({{0, Fault::late}}, 100);
  EXPECT_FALSE(store->write_once("a", kOne, {}).ok());
  store->settle();
  EXPECT_EQ(*store->read("a", {}, {}), kOne);
}

TEST(FaultyStore, ATornObjectIsNeverVisible) {
  auto store = scripted({{0, Fault::torn}});
  EXPECT_FALSE(store->write_once("a", kOne, {}).ok());
  EXPECT_EQ(store->read("a", {}, {}).error().code(), "store/missing");
}

TEST(FaultyStore, AStaleListMissesWhatIsNew) {
  auto store = scripted({{1, Fault::stale_list}});
  ASSERT_TRUE(store->write_once("a", kOne, {}).ok());
  EXPECT_TRUE(store->list("", "", {})->objects.empty());
  EXPECT_EQ(store->list("", "", {})->objects.size(), 1u);
}

TEST(FaultyStore, CallsTheHookForADelay) {
  int delays = 0;
  FaultyStore store(
      make_memory_store(),
      std::make_unique<ScriptedFaults>(std::map<std::uint64_t, Fault>{{1, Fault::delay}}),
      [&](Operation operation) {
        EXPECT_EQ(operation, Operation::read);
        ++delays;
      });
  ASSERT_TRUE(store.write_once("a", kOne, {}).ok());
  EXPECT_TRUE(store.read("a", {}, {}).ok());
  EXPECT_EQ(delays, 1);
}

TEST(FaultyStore, HealsForGood) {
  auto store = std::make_shared<FaultyStore>(
      make_memory_store(), std::make_unique<SeededFaults>(1, FaultRates{.unavailable = 1000}));
  EXPECT_FALSE(store->head_names({}).ok());
  store->heal();
  EXPECT_TRUE(store->head_names({}).ok());
}

TEST(FaultyStore, TheSameSeedGivesTheSameFaults) {
  auto trace = [](std::uint64_t seed) {
    FaultyStore store(make_memory_store(),
                      std::make_unique<SeededFaults>(seed, FaultRates{.unavailable = 100,
                                                                      .error_before = 100,
                                                                      .error_after = 100,
                                                                      .late = 100,
                                                                      .torn = 100}));
    std::string outcomes;
    HeadVersion version;
    for (int i = 0; i < 300; ++i) {
      const HeadWrite write = store.swap_head("db", version, kOne, {});
      if (write.outcome == Outcome::written) version = write.version;
      outcomes += static_cast<char>('0' + static_cast<int>(write.outcome));
      auto read = store.read_head("db", {}, 0, {});
      if (read.ok()) version = read->version;
    }
    EXPECT_GT(store.faults(), 100u);
    return outcomes;
  };
  EXPECT_EQ(trace(7), trace(7));
  EXPECT_NE(trace(7), trace(8));
}

}  // namespace
}  // namespace stele::store
