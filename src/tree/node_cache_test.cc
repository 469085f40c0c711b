#include "tree/node_cache.h"

#include <gtest/gtest.h>

#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

Hash key(std::uint64_t i) {
  Hash hash;
  for (std::size_t word = 0; word < 4; ++word) {
    const std::uint64_t x = base::mix(i, word);
    std::memcpy(hash.bytes.data() + 8 * word, &x, 8);
  }
  return hash;
}

TEST(NodeCache, KeepsWhatWasUsedLast) {
  const Value a = Value::keyword("a");
  const auto leaf = integer_rows(Tree::eavt, a, 1, 100);
  NodeCache cache(16 * 10 * (leaf->bytes() + 160));  // ten a shard
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    cache.insert(key(i), leaf);
    EXPECT_NE(cache.find(key(0)), nullptr);
    EXPECT_LE(cache.bytes(), cache.bytes_max());
  }
  EXPECT_EQ(cache.find(key(1)), nullptr);
  EXPECT_NE(cache.find(key(999)), nullptr);
}

TEST(NodeCache, AnswersWhatIsThereAlready) {
  const Value a = Value::keyword("a");
  NodeCache cache;
  const auto first = integer_rows(Tree::eavt, a, 1, 10),
             second = integer_rows(Tree::eavt, a, 1, 10);
  EXPECT_EQ(cache.insert(key(1), first), first);
  EXPECT_EQ(cache.insert(key(1), second), first);
}

TEST(NodeCache, DoesNotKeepWhatIsLargerThanAShard) {
  NodeCache cache(16 * 1'000);
  const auto leaf = integer_rows(Tree::eavt, Value::keyword("a"), 1, 1'000);
  EXPECT_EQ(cache.insert(key(1), leaf), leaf);
  EXPECT_EQ(cache.find(key(1)), nullptr);
  EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace
}  // namespace stele::tree
