// What a source far away is asked for: roots together, announced ranges together. And that it all
// changes no answer.
#include "tree/announce.h"

#include <gtest/gtest.h>

#include "store/forwarding_store_testing.h"
#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

constexpr std::uint64_t kRows = 4'000;
constexpr TreeShape kShape{
    .leaf_rows_target = 32, .leaf_rows_max = 48, .leaf_rows_min = 16, .fanout_max = 16};
constexpr TreeShape kTinyShape{
    .leaf_rows_target = 5, .leaf_rows_max = 8, .leaf_rows_min = 3, .fanout_max = 4};

// Another store that is said to lie behind a network.
class FarStore final : public store::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  StoreTraits traits() const override { return {.parallel_reads = 64}; }
  std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                       Deadline deadline) override {
    return inner_->read_many(requests, deadline);
  }
};

// Two trees three nodes high, far away, of which nothing was read.
struct Far {
  Far() : world(1, kShape) {
    source =
        make_store_source(std::make_shared<FarStore>(world.store), std::make_shared<NodeCache>());
    for (const Tree tree : {Tree::aevt, Tree::eavt}) {
      const Root root = load_integers(*world.store, tree, kAttribute, 1, kRows, 1, kShape);
      EXPECT_EQ(root.height, 3);
      indices.push_back({tree, root, Overlay::empty(tree), source.get()});
    }
    auto refs = std::make_shared<std::vector<NodeRef>>();
    for (const Index& index : indices) refs->push_back({index.base.hash, index.base.place});
    for (Index& index : indices) index.roots = refs;
  }
  Range some() const { return {Key::aevt(kAttribute, 1'000), Key::aevt(kAttribute, 3'000), true}; }
  std::uint64_t count(const Index& index, const Range& range) {
    std::uint64_t rows = 0;
    Scan scan(index, range, reader);
    for (Slice slice; scan.next(slice);) rows += slice.size();
    return rows;
  }

  const Value kAttribute = Value::keyword("a");
  World world;
  std::shared_ptr<NodeSource> source;
  std::vector<Index> indices;
  Reader reader;
};

TEST(Far, RootsComeWithTheFirstOfThem) {
  Far far;
  const Key first = Key::aevt(far.kAttribute, 77), second = Key::eavt(88);
  EXPECT_EQ(probe(far.indices[0], {&first, 1}, far.reader).slices[0].size(), 1u);
  EXPECT_EQ(far.reader.statistics().rounds, 3u);
  EXPECT_EQ(probe(far.indices[1], {&second, 1}, far.reader).slices[0].size(), 1u);
  EXPECT_EQ(far.reader.statistics().rounds, 5u);
}

TEST(Far, AnnouncedRangesTakeARoundALevelAndReadingThemNone) {
  Far far;
  const Announced wanted[] = {{&far.indices[0], far.some()},
                              {&far.indices[1], Range::prefix(Key::eavt(5))},
                              {&far.indices[1], Range::prefix(Key::eavt(3'999))}};
  announce(wanted, AnnouncedDepth::leaves, far.reader);
  EXPECT_EQ(far.reader.statistics().rounds, 3u);
  EXPECT_EQ(far.count(far.indices[0], far.some()), 2'001u);
  EXPECT_EQ(far.count(far.indices[1], Range::prefix(Key::eavt(5))), 1u);
  EXPECT_EQ(far.count(far.indices[1], Range::prefix(Key::eavt(3'999))), 1u);
  EXPECT_EQ(far.reader.statistics().rounds, 3u);
}

TEST(Far, AnnouncedBranchesMakeEstimatesGoodAndReadNoLeaf) {
  Far far;
  const Announced wanted[] = {{&far.indices[0], far.some()}};
  announce(wanted, AnnouncedDepth::branches, far.reader);
  EXPECT_EQ(far.reader.statistics().rounds, 2u);
  const auto rows = static_cast<double>(estimate_rows(far.indices[0], far.some()));
  EXPECT_NEAR(rows, 2'001, 2 * kShape.leaf_rows_max);
  EXPECT_LT(far.reader.statistics().nodes, 20u);
}

TEST(Far, AScanReadsManyLeavesARound) {
  Far far;
  EXPECT_EQ(far.count(far.indices[0], Range::all()), kRows);
  // A root, and for each branch its leaves together with the next branch.
  EXPECT_LE(far.reader.statistics().rounds, 2u + kRows / (32 * 16) + 2);
}

TEST(Far, IsNothingToSourcesNearby) {
  Far far;
  const auto near = far.world.cold_source();
  Index index = far.indices[0];
  index.source = near.get();
  const Announced wanted[] = {{&index, Range::all()}};
  announce(wanted, AnnouncedDepth::leaves, far.reader);
  EXPECT_EQ(far.reader.statistics().nodes, 0u);
}

TEST(Far, EqualsItsTwin) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, kTinyShape, 20'000);
    world.source = make_store_source(std::make_shared<FarStore>(world.store), world.cache);
    Moment moment = world.empty_moment();
    for (int i = 0; i < 12; ++i) {
      world.transact(moment, 60);
      if (world.random.chance(1, 2)) world.merge_all(moment);
      auto roots = std::make_shared<std::vector<NodeRef>>();
      for (const Index& index : moment.indices) {
        if (index.base.count > 0) roots->push_back({index.base.hash, index.base.place});
      }
      for (Index& index : moment.indices) index.roots = roots;
      expect_same(world, moment, 3);
    }
  }
}

}  // namespace
}  // namespace stele::tree
