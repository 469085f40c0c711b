#include "db/persistent_map.h"

#include <map>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/testing_random.h"

namespace stele::db {
namespace {

struct GoodHash {
  std::uint64_t operator()(std::uint64_t key) const { return base::mix(1, key); }
};
// All keys collide: every entry ends up in one leaf.
struct BadHash {
  std::uint64_t operator()(std::uint64_t) const { return 42; }
};

template <typename Hash>
void expect_equal(const PersistentMap<std::uint64_t, int, Hash>& map,
                  const std::map<std::uint64_t, int>& twin) {
  ASSERT_EQ(map.size(), twin.size());
  std::map<std::uint64_t, int> found;
  map.for_each([&](std::uint64_t key, int value) { found[key] = value; });
  EXPECT_EQ(found, twin);
  for (const auto& [key, value] : twin) {
    ASSERT_NE(map.find(key), nullptr);
    EXPECT_EQ(*map.find(key), value);
  }
}

template <typename Hash>
void run_random(std::uint64_t keys, int steps) {
  base::TestRandom random(keys);
  PersistentMap<std::uint64_t, int, Hash> map;
  std::map<std::uint64_t, int> twin;
  auto old_map = map;
  auto old_twin = twin;
  for (int i = 0; i < steps; ++i) {
    const std::uint64_t key = random.below(keys);
    if (random.chance(2, 3)) {
      map = map.with(key, i);
      twin[key] = i;
    } else {
      map = map.without(key);
      twin.erase(key);
    }
    EXPECT_EQ(map.find(key) != nullptr, twin.contains(key));
    if (i == steps / 2) {
      old_map = map;
      old_twin = twin;
    }
  }
  expect_equal(map, twin);
  expect_equal(old_map, old_twin);  // as it was, whatever came after
}

TEST(PersistentMapTest, IsAMapThatKeepsItsOldSelves) {
  run_random<GoodHash>(10, 200);
  run_random<GoodHash>(3000, 10000);
}

TEST(PersistentMapTest, SurvivesKeysWhoseHashesAreAllTheSame) { run_random<BadHash>(40, 500); }

}  // namespace
}  // namespace stele::db
