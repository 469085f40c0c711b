#include "store/retrying_store.h"

#include <gtest/gtest.h>

#include "store/faulty_store.h"
#include "store/memory_store.h"

namespace stele::store {
namespace {

// A clock that moves only by sleeping.
class SleepingClock final : public base::Environment {
 public:
  Instant now() override { return {steady_}; }
  std::int64_t steady_ms() override { return steady_; }
  void sleep_ms(std::int64_t ms) override {
    steady_ += ms;
    ++sleeps;
  }
  void fill_random(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(seed_ = seed_ * 5 + 3);
  }
  int sleeps = 0;

 private:
  std::int64_t steady_ = 1000;
  unsigned seed_ = 1;
};

struct Scene {
  explicit Scene(std::map<std::uint64_t, Fault> faults)
      : faulty(std::make_shared<FaultyStore>(memory,
                                             std::make_unique<ScriptedFaults>(std::move(faults)))),
        store(make_retrying_store(faulty, {}, clock)) {}
  SleepingClock clock;
  std::shared_ptr<Store> memory = make_memory_store();
  std::shared_ptr<FaultyStore> faulty;
  std::shared_ptr<Store> store;
};

const Store::Bytes kContent = {1, 2, 3};

TEST(RetryingStore, ReadsAgainUntilItGoesWell) {
  Scene scene({{0, Fault::unavailable}, {1, Fault::error_after}, {2, Fault::error_before}});
  ASSERT_TRUE(scene.memory->write_once("a", kContent, {}).ok());
  EXPECT_EQ(*scene.store->read("a", {}, {}), kContent);
  EXPECT_EQ(scene.faulty->calls(), 4u);
  EXPECT_EQ(scene.clock.sleeps, 3);
}

TEST(RetryingStore, WritesObjectsAgain) {
  Scene scene({{0, Fault::error_after}, {1, Fault::torn}, {2, Fault::late}});
  EXPECT_TRUE(scene.store->write_once("a", kContent, {}).ok());
  EXPECT_EQ(*scene.memory->read("a", {}, {}), kContent);
}

TEST(RetryingStore, GivesUpAfterTheLastAttempt) {
  std::map<std::uint64_t, Fault> faults;
  for (std::uint64_t i = 0; i < 50; ++i) faults[i] = Fault::unavailable;
  Scene scene(faults);
  auto read = scene.store->read("a", {}, {});
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), "store/fault");
  EXPECT_EQ(scene.faulty->calls(), 6u);
}

TEST(RetryingStore, NeverSleepsPastTheDeadline) {
  std::map<std::uint64_t, Fault> faults;
  for (std::uint64_t i = 0; i < 50; ++i) faults[i] = Fault::unavailable;
  Scene scene(faults);
  const std::int64_t start_ms = scene.clock.steady_ms();
  EXPECT_FALSE(scene.store->read("a", {}, {start_ms + 50}).ok());
  EXPECT_LT(scene.clock.steady_ms(), start_ms + 50);
}

TEST(RetryingStore, DoesNotRetryWhatStaysWrong) {
  Scene scene({});
  EXPECT_FALSE(scene.store->read("none", {}, {}).ok());
  EXPECT_FALSE(scene.store->read("BAD", {}, {}).ok());
  EXPECT_EQ(scene.faulty->calls(), 2u);
  EXPECT_EQ(scene.clock.sleeps, 0);
}

TEST(RetryingStore, NeverRepeatsAHeadWrite) {
  Scene scene({{0, Fault::unavailable}, {1, Fault::error_after}, {3, Fault::error_before}});
  EXPECT_EQ(scene.store->swap_head("db", {}, kContent, {}).outcome, HeadWrite::Outcome::failed);
  EXPECT_EQ(scene.store->swap_head("db", {}, kContent, {}).outcome, HeadWrite::Outcome::unknown);
  auto head = scene.store->read_head("db", {}, 0, {});
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->bytes, kContent);
  EXPECT_EQ(scene.store->append_head("db", head->version, kContent, kContent, {}).outcome,
            HeadWrite::Outcome::unknown);
  EXPECT_EQ(scene.faulty->calls(), 4u);
}

TEST(RetryingStore, AsksAgainOnlyForWhatFailed) {
  Scene scene({{1, Fault::unavailable}, {4, Fault::unavailable}});
  ASSERT_TRUE(scene.memory->write_once("a", kContent, {}).ok());
  const std::vector<ReadRequest> requests = {{"a", {0, 1}}, {"a", {1, 1}}, {"none", {}}, {"a", {}}};
  auto results = scene.store->read_many(requests, {});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(*results[0], Store::Bytes{1});
  EXPECT_EQ(*results[1], Store::Bytes{2});
  EXPECT_EQ(results[2].error().code(), "store/missing");
  EXPECT_EQ(*results[3], kContent);
  EXPECT_EQ(scene.faulty->calls(), 6u);  // four, then the second request twice more
}

}  // namespace
}  // namespace stele::store
