#include "format/order.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "format/testing_leaves.h"

namespace stele::format {
namespace {

constexpr Tree kTrees[] = {Tree::eavt,      Tree::aevt,      Tree::avet, Tree::past_eavt,
                           Tree::past_aevt, Tree::past_avet, Tree::log};

int sign(int x) { return (x > 0) - (x < 0); }

// A key as a row, of which only the first parts count; the rest is that of the other row.
int compare_naively(const Leaf& leaf, std::uint32_t row, const Key& key) {
  const TestRow theirs = row_of(leaf, row);
  TestRow mine = theirs;
  const bool by_entity = leaf.tree() == Tree::eavt || leaf.tree() == Tree::past_eavt;
  const bool by_value = leaf.tree() == Tree::avet || leaf.tree() == Tree::past_avet;
  const bool is_log = leaf.tree() == Tree::log;
  const int e_place = by_entity || is_log ? 1 : by_value ? 3 : 2;
  const int a_place = by_entity ? 2 : 1;
  const int v_place = by_value ? 2 : 3;
  if (key.parts >= e_place) mine.e = key.e;
  if (key.parts >= a_place) mine.a = key.a;
  if (key.parts >= v_place) mine.v = value::value_of(key.kind, key.v);
  if (key.parts >= 4) mine.tx = key.tx;
  return compare_rows(leaf.tree(), theirs, mine);
}

void expect_search(const Leaf& leaf, std::uint32_t begin, std::uint32_t end, const Key& key) {
  std::uint32_t lower = begin, upper = begin;
  while (lower < end && compare_naively(leaf, lower, key) < 0) ++lower;
  while (upper < end && compare_naively(leaf, upper, key) <= 0) ++upper;
  ASSERT_EQ(lower_row(leaf, begin, end, key), lower);
  ASSERT_EQ(upper_row(leaf, begin, end, key), upper);
}

TEST(Order, SearchesAgreeWithTheDefinition) {
  for (const Tree tree : kTrees) {
    for (const Sample sample : kSamples) {
      base::TestRandom random(static_cast<std::uint64_t>(tree));
      const LeafPtr leaf = make_leaf(tree, random_rows(tree, sample, 300, random));
      // Keys of rows that are there, and of rows that mostly are not.
      const LeafPtr other = make_leaf(tree, random_rows(tree, sample, 300, random));
      for (int i = 0; i < 60; ++i) {
        const Leaf& from = i % 2 == 0 ? *leaf : *other;
        Key key = key_of(from, static_cast<std::uint32_t>(random.below(from.size())));
        if (i % 7 == 0) key.e += random.below(3);
        if (i % 11 == 0) key.a = Value::keyword("person", "m");
        const int parts_max = tree == Tree::log ? 1 : 4;
        for (key.parts = 0; key.parts <= parts_max; ++key.parts) {
          SCOPED_TRACE(base::text(name(tree), " parts ", key.parts));
          expect_search(*leaf, 0, leaf->size(), key);
          const auto begin = static_cast<std::uint32_t>(random.below(leaf->size()));
          expect_search(*leaf, begin, leaf->size() - (leaf->size() - begin) / 3, key);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(Order, ComparisonsAgreeWithTheDefinition) {
  for (const Tree tree : kTrees) {
    for (const Sample sample : kSamples) {
      base::TestRandom random(static_cast<std::uint64_t>(tree));
      const LeafPtr x = make_leaf(tree, random_rows(tree, sample, 200, random));
      const LeafPtr y = make_leaf(tree, random_rows(tree, sample, 200, random));
      for (int i = 0; i < 300; ++i) {
        const auto x_row = static_cast<std::uint32_t>(random.below(x->size()));
        const auto y_row = static_cast<std::uint32_t>(random.below(y->size()));
        EXPECT_EQ(sign(compare(*x, x_row, *y, y_row)),
                  sign(compare_rows(tree, row_of(*x, x_row), row_of(*y, y_row))));
        Key key = key_of(*y, y_row);
        EXPECT_EQ(compare(*y, y_row, key), 0);
        const int parts_max = tree == Tree::log ? 1 : 4;
        for (key.parts = 0; key.parts <= parts_max; ++key.parts) {
          EXPECT_EQ(sign(compare(*x, x_row, key)), sign(compare_naively(*x, x_row, key)));
        }
      }
    }
  }
}

TEST(Order, KeysWithoutPartsAreOpen) {
  base::TestRandom random(1);
  const LeafPtr leaf = make_leaf(Tree::eavt, random_rows(Tree::eavt, Sample::people, 10, random));
  EXPECT_EQ(lower_row(*leaf, 2, 7, Key()), 2u);
  EXPECT_EQ(upper_row(*leaf, 2, 7, Key()), 7u);
}

}  // namespace
}  // namespace stele::format
