#include <unordered_set>

#include <gtest/gtest.h>

#include "format/pack.h"
#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

const Value kAge = Value::keyword("person/age");

OverlayPtr with_rows(Tree tree, std::span<const std::uint64_t> entities, OverlayEdit::What what) {
  auto changes = std::make_shared<std::vector<format::Change>>();
  changes->reserve(entities.size());
  std::vector<OverlayEdit> edits;
  for (const std::uint64_t e : entities) {
    changes->push_back({e, kAge, Value(static_cast<std::int64_t>(e * 7)), true, kTx0 + 2, 0});
    edits.push_back({what, &changes->back(), kTx0 + 2, 0, 0});
  }
  return Overlay::empty(tree)->apply(std::move(edits), changes);
}

struct Merged {
  Root root;
  PackSink::Statistics statistics;
};

Merged merge_into_store(World& world, const Index& index, const TreeShape& shape = {},
                        std::size_t pack_bytes_max = PackSink::kPackBytesMax) {
  PackSink sink(
      base::system_environment(),
      [&](const Hash& name, base::Bytes bytes) {
        return world.store->write_once(format::pack_key(name), bytes, {});
      },
      pack_bytes_max);
  Reader reader;
  auto root = merge(index, reader, sink, shape);
  EXPECT_TRUE(root.ok());
  EXPECT_TRUE(sink.finish().ok());
  root->place = sink.resolve(root->hash, root->place);
  return {*root, sink.statistics()};
}

std::vector<Hash> nodes_of(World& world, Tree tree, const Root& root) {
  Reader reader;
  auto nodes = verify_tree(*world.source, tree, root, reader);
  EXPECT_TRUE(nodes.ok()) << nodes.error().message();
  return nodes.ok() ? *nodes : std::vector<Hash>();
}

TEST(Merge, OfTenRowsIntoAMillionSharesNearlyAllNodes) {
  World world(1);
  const Root before = load_integers(*world.store, Tree::eavt, kAge, 2, 1'000'000, 2);
  const auto old_nodes = nodes_of(world, Tree::eavt, before);
  std::vector<std::uint64_t> entities;
  for (std::uint64_t i = 0; i < 10; ++i) entities.push_back(100'001 + i * 180'000);
  const Index index{Tree::eavt, before, with_rows(Tree::eavt, entities, OverlayEdit::What::add),
                    world.source.get()};
  const Merged after = merge_into_store(world, index);
  EXPECT_EQ(after.root.count, 1'000'010u);
  EXPECT_LE(after.statistics.nodes, 10u + 3u);
  const auto new_nodes = nodes_of(world, Tree::eavt, after.root);
  const std::unordered_set<Hash, base::HashOfHash> old(old_nodes.begin(), old_nodes.end());
  const auto shared = static_cast<std::size_t>(std::count_if(
      new_nodes.begin(), new_nodes.end(), [&](const Hash& hash) { return old.contains(hash); }));
  EXPECT_EQ(new_nodes.size() - shared, after.statistics.nodes);
  // 489 leaves: ten of them are two in a hundred, and that is all.
  EXPECT_GE(shared, new_nodes.size() - 13);
}

TEST(Merge, OfNothingIsTheSameTree) {
  World world(1);
  const Root before = load_integers(*world.store, Tree::eavt, kAge, 1, 10'000);
  const Index index{Tree::eavt, before, Overlay::empty(Tree::eavt), world.source.get()};
  const Merged after = merge_into_store(world, index);
  EXPECT_EQ(after.root.hash, before.hash);
  EXPECT_EQ(after.statistics.packs, 0u);
}

TEST(Merge, OfARowAndItsRetractionGivesTheSameTreeAgain) {
  World world(1);
  const Root before = load_integers(*world.store, Tree::eavt, kAge, 2, 100'000, 2);
  const std::vector<std::uint64_t> entities{50'001};
  Index index{Tree::eavt, before, with_rows(Tree::eavt, entities, OverlayEdit::What::add),
              world.source.get()};
  index.base = merge_into_store(world, index).root;
  EXPECT_NE(index.base.hash, before.hash);
  index.overlay = with_rows(Tree::eavt, entities, OverlayEdit::What::remove);
  EXPECT_EQ(merge_into_store(world, index).root.hash, before.hash);
}

TEST(Merge, LoadsALargeOverlayIntoTheEmptyTree) {
  World world(1);
  std::vector<std::uint64_t> entities;
  for (std::uint64_t e = 1; e <= 50'000; ++e) entities.push_back(e);
  const Index index{
      Tree::aevt, {}, with_rows(Tree::aevt, entities, OverlayEdit::What::add), world.source.get()};
  const Merged after = merge_into_store(world, index);
  EXPECT_EQ(after.root.count, 50'000u);
  EXPECT_EQ(after.root.height, 2);
  EXPECT_EQ(nodes_of(world, Tree::aevt, after.root).size(), 25u + 1u);
}

TEST(Merge, OfManyRowsIntoOneLeafSplitsIt) {
  World world(1);
  std::vector<std::uint64_t> entities;
  for (std::uint64_t e = 1; e <= 50'000; ++e) {
    if (e % 500 != 0) entities.push_back(e);
  }
  const Index index{Tree::aevt, load_integers(*world.store, Tree::aevt, kAge, 500, 100, 500),
                    with_rows(Tree::aevt, entities, OverlayEdit::What::add), world.source.get()};
  const Merged after = merge_into_store(world, index);
  EXPECT_EQ(after.root.count, 50'000u);
  const auto nodes = nodes_of(world, Tree::aevt, after.root).size();
  EXPECT_GE(nodes, 14u);
  EXPECT_LE(nodes, 30u);
}

TEST(Merge, NamesPacksThatCloseMidway) {
  World world(1);
  TreeShape shape;
  shape.leaf_rows_target = 50;
  shape.leaf_rows_max = 100;
  shape.leaf_rows_min = 12;
  shape.fanout_max = 8;
  std::vector<std::uint64_t> entities;
  for (std::uint64_t e = 1; e <= 20'000; ++e) entities.push_back(e);
  for (const std::size_t pack_bytes_max : {1, 300, 1000, 5000}) {
    const Index index{Tree::aevt,
                      {},
                      with_rows(Tree::aevt, entities, OverlayEdit::What::add),
                      world.source.get()};
    const Merged after = merge_into_store(world, index, shape, pack_bytes_max);
    EXPECT_GT(after.statistics.packs, 5u);
    const auto cold = world.cold_source();
    Reader reader;
    const auto rounds = world.store->counts()[store::Operation::read].rounds;
    EXPECT_TRUE(verify_tree(*cold, Tree::aevt, after.root, reader).ok());
    // No hint was wrong: a pack looked through is a round of its own.
    const auto taken = world.store->counts()[store::Operation::read].rounds - rounds;
    EXPECT_EQ(taken, reader.statistics().rounds);
  }
}

TEST(Merge, StopsWhereTheStoreDoes) {
  World world(1);
  const std::vector<std::uint64_t> entities{1, 2, 3};
  const Index index{
      Tree::aevt, {}, with_rows(Tree::aevt, entities, OverlayEdit::What::add), world.source.get()};
  PackSink sink(
      base::system_environment(),
      [](const Hash&, base::Bytes) { return Done(unavailable("store/down", "it is down")); }, 1);
  Reader reader;
  const auto root = merge(index, reader, sink);
  ASSERT_FALSE(root.ok());
  EXPECT_EQ(root.error().code(), "store/down");
}

TEST(Merge, SaysWhatItMissesOfAPassiveSource) {
  World world(1);
  PassiveSource source(std::make_shared<NodeCache>());
  const std::vector<std::uint64_t> entities{1};
  const Index index{Tree::aevt, load_integers(*world.store, Tree::aevt, kAge, 2, 10'000),
                    with_rows(Tree::aevt, entities, OverlayEdit::What::add), &source};
  PackSink sink(base::system_environment(), [](const Hash&, base::Bytes) { return Done(); });
  Reader reader;
  EXPECT_FALSE(merge(index, reader, sink).ok());
  EXPECT_EQ(reader.status(), Reader::Status::missing);
  EXPECT_EQ(reader.missing().size(), 1u);
}

TEST(TreeBuilder, GivesTheSameTreeHoweverRowsCome) {
  World world(1);
  PackSink sink(base::system_environment(), [](const Hash&, base::Bytes) { return Done(); });
  std::vector<Hash> hashes;
  for (const std::uint32_t together : {1u, 7u, 5'000u, 30'000u}) {
    TreeBuilder builder(Tree::log, sink);
    for (std::uint32_t i = 0; i < 30'000; i += together) {
      const std::uint32_t rows = std::min(together, 30'000 - i);
      format::LeafBuilder leaf(Tree::log, rows);
      for (std::uint32_t j = i; j < i + rows; ++j) leaf.add(j + 1, Value(), Kind::int64, j, j, j);
      ASSERT_TRUE(builder.add(leaf.finish(), 0, rows).ok());
    }
    const auto root = builder.finish();
    ASSERT_TRUE(root.ok());
    EXPECT_EQ(root->count, 30'000u);
    hashes.push_back(root->hash);
  }
  EXPECT_EQ(std::count(hashes.begin(), hashes.end(), hashes[0]), 4);
}

TEST(TreeBuilder, OfNothingIsTheEmptyTree) {
  PackSink sink(base::system_environment(), [](const Hash&, base::Bytes) { return Done(); });
  TreeBuilder builder(Tree::eavt, sink);
  const auto root = builder.finish();
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->height, 0);
  EXPECT_EQ(root->count, 0u);
}

}  // namespace
}  // namespace stele::tree
