// Indexes against their twins: random transactions, folds at random moments, everything compared.

#include <gtest/gtest.h>

#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

TreeShape tiny_shape() {
  TreeShape shape;
  shape.leaf_rows_target = 5;
  shape.leaf_rows_max = 8;
  shape.leaf_rows_min = 3;
  shape.fanout_max = 4;
  return shape;
}

void expect_sound(World& world, const Moment& moment) {
  for (const Index& index : moment.indices) {
    Reader reader;
    const auto nodes = verify_tree(*world.source, index.tree, index.base, reader);
    EXPECT_TRUE(nodes.ok()) << nodes.error().message();
  }
}

struct Course {
  std::uint64_t seed = 1;
  TreeShape shape;
  int steps = 40;
  int changes_max = 12;
  std::uint64_t merge_one_in = 6;
  std::size_t cache_bytes = NodeCache::kBytesDefault;
  std::size_t pack_bytes_max = PackSink::kPackBytesMax;
  int entities = 40;
};

// Old moments stay what they were, whatever came later.
void run(const Course& course) {
  SCOPED_TRACE(course.seed);
  World world(course.seed, course.shape, course.cache_bytes);
  world.pack_bytes_max = course.pack_bytes_max;
  world.entities = course.entities;
  Moment moment = world.empty_moment();
  std::vector<Moment> kept;
  for (int step = 0; step < course.steps; ++step) {
    world.transact(moment, course.changes_max);
    expect_same(world, moment, 1);
    if (world.random.chance(1, 10)) kept.push_back(moment);
    if (world.random.chance(1, course.merge_one_in)) {
      world.merge_all(moment);
      expect_sound(world, moment);
      expect_same(world, moment, 2);
    } else if (world.random.chance(1, 10)) {
      world.merge(moment, static_cast<Tree>(world.random.below(format::kTreeCount)));
    }
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "at step " << step;
      return;
    }
  }
  for (const Moment& old : kept) expect_same(world, old, 2);
}

TEST(Index, EqualsItsTwinInTinyTrees) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) run({.seed = seed, .shape = tiny_shape()});
}

TEST(Index, EqualsItsTwinInTreesOfThePlannedShape) { run({.seed = 1}); }

TEST(Index, EqualsItsTwinWithALargeOverlay) {
  run({.seed = 1, .steps = 10, .changes_max = 900, .merge_one_in = 7, .entities = 300});
}

TEST(Index, EqualsItsTwinWithALargeOverlayOnTinyLeaves) {
  run({.seed = 5,
       .shape = tiny_shape(),
       .steps = 8,
       .changes_max = 600,
       .merge_one_in = 4,
       .entities = 200});
}

TEST(Index, EqualsItsTwinWhenFewFactsComeAndGo) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    run({.seed = seed, .shape = tiny_shape(), .steps = 30, .merge_one_in = 2, .entities = 2});
  }
}

TEST(Index, EqualsItsTwinWithACacheThatHoldsNothing) {
  run({.seed = 3, .shape = tiny_shape(), .cache_bytes = 0});
}

TEST(Index, EqualsItsTwinWithPacksOfOneNode) {
  run({.seed = 4, .shape = tiny_shape(), .pack_bytes_max = 1});
  run({.seed = 5, .shape = tiny_shape(), .pack_bytes_max = 900});
}

TEST(Index, KeepsBytesOfLeavesBounded) {
  TreeShape shape = tiny_shape();
  shape.leaf_bytes_max = 120;
  run({.seed = 1, .shape = shape});
}

TEST(Index, ShrinksToTheEmptyTree) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, tiny_shape());
    Moment moment = world.empty_moment();
    for (int i = 0; i < 5; ++i) world.transact(moment, 100);
    world.merge_all(moment);
    EXPECT_GE(moment.indices[0].base.height, 3);
    while (!moment.rows[0].empty()) {
      world.retract(moment, 1 + world.random.below(12));
      if (world.random.chance(1, 2)) world.merge_all(moment);
      expect_sound(world, moment);
      expect_same(world, moment.indices[0], moment.rows[0], 1);
      expect_same(world, moment.indices[2], moment.rows[2], 1);
    }
    world.merge_all(moment);
    expect_same(world, moment, 1);
    EXPECT_EQ(moment.indices[0].base.height, 0);
    EXPECT_TRUE(moment.indices[0].base.hash.is_zero());
  }
}

TEST(Index, ShrinksByAllRowsAtOnce) {
  World world(9, tiny_shape());
  Moment moment = world.empty_moment();
  for (int i = 0; i < 5; ++i) world.transact(moment, 100);
  world.merge_all(moment);
  world.retract(moment, moment.rows[0].size() - 1);
  world.merge_all(moment);
  expect_sound(world, moment);
  expect_same(world, moment, 2);
  EXPECT_EQ(moment.indices[0].base.height, 1);
}

}  // namespace
}  // namespace stele::tree
