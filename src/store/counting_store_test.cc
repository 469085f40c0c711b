#include "store/counting_store.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace stele::store {
namespace {

TEST(CountingStore, CountsRequestsRoundsAndBytes) {
  CountingStore store(make_memory_store());
  const Store::Bytes content(100, 1);
  ASSERT_TRUE(store.write_once("a", content, {}).ok());
  const std::vector<ReadRequest> requests = {{"a", {0, 10}}, {"a", {10, 20}}, {"none", {}}};
  (void)store.read_many(requests, {});
  (void)store.read("a", {}, {});
  (void)store.read_many({}, {});  // asks nothing

  const StoreCounts counts = store.counts();
  EXPECT_EQ(counts[Operation::read],
            (OperationCount{.requests = 4, .rounds = 2, .bytes = 130, .errors = 1}));
  EXPECT_EQ(counts[Operation::write_once],
            (OperationCount{.requests = 1, .rounds = 1, .bytes = 100}));
  EXPECT_EQ(counts.total().requests, 5u);
}

TEST(CountingStore, CountsHeadWritesButConflictsAreNoErrors) {
  CountingStore store(make_memory_store());
  const Store::Bytes content(10, 1);
  const HeadVersion version = store.swap_head("db", {}, content, {}).version;
  (void)store.swap_head("db", {}, content, {});
  (void)store.append_head("db", version, content, content, {});
  (void)store.append_head("db", {}, content, content, {});
  const StoreCounts counts = store.counts();
  EXPECT_EQ(counts[Operation::swap_head],
            (OperationCount{.requests = 2, .rounds = 2, .bytes = 20}));
  EXPECT_EQ(counts[Operation::append_head],
            (OperationCount{.requests = 2, .rounds = 2, .bytes = 20, .errors = 1}));
}

TEST(CountingStore, StartsAgain) {
  CountingStore store(make_memory_store());
  (void)store.head_names({});
  EXPECT_EQ(store.counts()[Operation::head_names].requests, 1u);
  store.reset();
  EXPECT_EQ(store.counts().total(), OperationCount{});
}

TEST(CountingStore, NamesEveryOperation) {
  for (int i = 0; i < kOperationCount; ++i) EXPECT_FALSE(name(static_cast<Operation>(i)).empty());
  EXPECT_EQ(name(Operation::destroy), "destroy");
}

}  // namespace
}  // namespace stele::store
