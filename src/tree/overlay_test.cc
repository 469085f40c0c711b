#include <gtest/gtest.h>

#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

using What = OverlayEdit::What;

const Value kName = Value::keyword("person/name");

// Changes that live as long as the test.
class Changes {
 public:
  OverlayEdit edit(What what, std::uint64_t e, const Value& v, std::uint64_t tx,
                   std::uint64_t ended = 0) {
    changes_->push_back({e, kName, v, what == What::add, tx, 0});
    return {what, &changes_->back(), tx, ended, 0};
  }
  std::shared_ptr<const void> owner() const { return changes_; }

 private:
  std::shared_ptr<std::deque<format::Change>> changes_ =
      std::make_shared<std::deque<format::Change>>();
};

struct Seen {
  std::uint64_t size;
  std::int64_t net;
  bool adds;
  bool removes;
  std::uint64_t tx;
  bool operator==(const Seen&) const = default;
};
Seen first_of(const OverlayPtr& overlay) {
  if (overlay->is_empty()) return {0, overlay->net(), false, false, 0};
  const OverlayRow& row = overlay->chunk(0).front();
  return {overlay->size(), overlay->net(), row.adds, row.removes, row.adds ? row.tx : 0};
}

// What is in the tree below decides which edits can come; the table is in overlay.cc.
TEST(Overlay, FollowsTheTableOfEdits) {
  Changes c;
  const auto start = Overlay::empty(Tree::eavt);
  const auto add = [&](const OverlayPtr& o, std::uint64_t tx) {
    return o->apply({c.edit(What::add, 1, "x", tx)}, c.owner());
  };
  const auto remove = [&](const OverlayPtr& o, std::uint64_t tx) {
    return o->apply({c.edit(What::remove, 1, "x", tx)}, c.owner());
  };
  const auto added = add(start, 10);
  EXPECT_EQ(first_of(added), (Seen{1, 1, true, false, 10}));
  EXPECT_EQ(first_of(remove(added, 10)), (Seen{0, 0, false, false, 0}));
  const auto removed = remove(start, 5);
  EXPECT_EQ(first_of(removed), (Seen{1, -1, false, true, 0}));
  const auto replaced = add(removed, 11);
  EXPECT_EQ(first_of(replaced), (Seen{1, 0, true, true, 11}));
  EXPECT_EQ(first_of(remove(replaced, 11)), (Seen{1, -1, false, true, 0}));
  // What does not come up does no harm either.
  EXPECT_EQ(first_of(add(added, 12)), (Seen{1, 1, true, false, 12}));
  EXPECT_EQ(first_of(remove(removed, 6)), (Seen{1, -1, false, true, 0}));
  EXPECT_EQ(first_of(add(replaced, 13)), (Seen{1, 0, true, true, 13}));
}

TEST(Overlay, AppliesEditsOfOneFactInTheirOrder) {
  Changes c;
  const auto start = Overlay::empty(Tree::eavt);
  const auto both = [&](What first, What second) {
    return first_of(start->apply({c.edit(first, 1, "x", 10), c.edit(What::add, 2, "y", 10),
                                  c.edit(second, 1, "x", 10), c.edit(What::remove, 2, "y", 10)},
                                 c.owner()));
  };
  EXPECT_EQ(both(What::add, What::remove), (Seen{0, 0, false, false, 0}));
  EXPECT_EQ(both(What::remove, What::add), (Seen{1, 0, true, true, 10}));
}

TEST(Overlay, TakesValuesThatCompareAlikeForOneFact) {
  Changes c;
  const auto one = Overlay::empty(Tree::avet)->apply({c.edit(What::add, 1, 1, 10)}, c.owner());
  EXPECT_TRUE(one->apply({c.edit(What::remove, 1, 1.0, 10)}, c.owner())->is_empty());
}

TEST(Overlay, TellsRowsOfThePastApartByWhenTheyBeganAndEnded) {
  Changes c;
  const auto past =
      Overlay::empty(Tree::past_eavt)
          ->apply({c.edit(What::add, 1, "x", 10, 11), c.edit(What::add, 1, "x", 9, 10),
                   c.edit(What::add, 1, "x", 10, 10)},
                  c.owner());
  ASSERT_EQ(past->size(), 3u);
  const auto rows = past->chunk(0);
  EXPECT_EQ(rows[0].tx, 9u);
  EXPECT_EQ(rows[1].ended, 10u);
  EXPECT_EQ(rows[2].ended, 11u);
}

TEST(Overlay, SharesUntouchedChunks) {
  Changes c;
  std::vector<OverlayEdit> edits;
  for (std::uint64_t e = 1; e <= 10'000; ++e) edits.push_back(c.edit(What::add, 2 * e, "x", 10));
  const auto before = Overlay::empty(Tree::eavt)->apply(std::move(edits), c.owner());
  const auto after = before->apply({c.edit(What::add, 10'001, "x", 11)}, c.owner());
  EXPECT_EQ(before->size(), 10'000u);
  EXPECT_EQ(after->size(), 10'001u);
  std::uint32_t shared = 0;
  for (std::uint32_t i = 0; i < before->chunk_count(); ++i) {
    for (std::uint32_t j = 0; j < after->chunk_count(); ++j) {
      shared += before->chunk(i).data() == after->chunk(j).data() ? 1 : 0;
    }
  }
  EXPECT_EQ(shared, before->chunk_count() - 1);
}

TEST(Overlay, DigestsTellContentsAndNotHowTheyCame) {
  Changes c;
  const auto start = Overlay::empty(Tree::eavt);
  const auto a = c.edit(What::add, 1, "x", 10), b = c.edit(What::add, 2, "y", 10);
  const auto together = start->apply({a, b}, c.owner());
  const auto apart = start->apply({b}, c.owner())->apply({a}, c.owner());
  const auto digest = [](const OverlayPtr& o) { return o->slice(o->begin(), o->end()).digest; };
  EXPECT_EQ(digest(together), digest(apart));
  EXPECT_NE(digest(together), digest(start->apply({a}, c.owner())));
  const auto other = start->apply({a, c.edit(What::add, 2, "z", 10)}, c.owner());
  EXPECT_NE(digest(together), digest(other));
  const auto removes = start->apply({c.edit(What::remove, 1, "x", 10), b}, c.owner());
  EXPECT_NE(digest(together), digest(removes));
  EXPECT_EQ(start->slice(start->begin(), start->end()).digest, 0u);
}

// Slices against a loop over all entries.
TEST(Overlay, SlicesBetweenAnyTwoBounds) {
  World world(7);
  Moment moment = world.empty_moment();
  for (int i = 0; i < 6; ++i) world.transact(moment, 300);
  for (const Index& index : moment.indices) {
    const Overlay& overlay = *index.overlay;
    for (int i = 0; i < 200; ++i) {
      Keys keys;
      const Key lower = keys(world.random_key(index.tree));
      const Key upper = keys(world.random_key(index.tree));
      const bool inclusive = world.random.chance(1, 2);
      const auto slice = overlay.slice(&lower, &upper, inclusive);
      std::uint64_t size = 0, digest = 0;
      std::int64_t net = 0;
      for (std::uint32_t chunk = 0; chunk < overlay.chunk_count(); ++chunk) {
        for (const OverlayRow& row : overlay.chunk(chunk)) {
          const int below = compare(index.tree, row, upper);
          if (compare(index.tree, row, lower) < 0 || below > 0 || (below == 0 && !inclusive)) {
            continue;
          }
          ++size;
          net += int{row.adds} - int{row.removes};
          digest += row.digest;
        }
      }
      std::uint64_t in_spans = 0;
      for (const auto& span : slice.spans) in_spans += span.size();
      ASSERT_EQ(slice.size, size);
      ASSERT_EQ(in_spans, size);
      ASSERT_EQ(slice.net, net);
      ASSERT_EQ(slice.digest, digest);
    }
  }
}

TEST(Overlay, OfAVeryLongTailIsFreedWithoutRecursion) {
  OverlayPtr overlay = Overlay::empty(Tree::eavt);
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    Changes c;
    overlay =
        overlay->apply({c.edit(i % 2 == 0 ? What::add : What::remove, 1, "x", 10)}, c.owner());
  }
  EXPECT_TRUE(overlay->is_empty());
  overlay = nullptr;
}

}  // namespace
}  // namespace stele::tree
