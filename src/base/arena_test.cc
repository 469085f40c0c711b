#include "base/arena.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace stele::base {
namespace {

TEST(Arena, GivesMemoryThatKeepsItsContentsAndDoesNotOverlap) {
  TestRandom random(1);
  Arena arena;
  struct Piece {
    std::uint8_t* at;
    std::size_t size;
    std::uint8_t mark;
  };
  std::vector<Piece> pieces;
  for (int i = 0; i < 3000; ++i) {
    const std::size_t size = random.chance(1, 50) ? random.below(100'000) : random.below(60);
    const auto mark = static_cast<std::uint8_t>(random.next());
    pieces.push_back({arena.allocate(size), size, mark});
    std::memset(pieces.back().at, mark, size);
  }
  for (const Piece& piece : pieces) {
    for (std::size_t i = 0; i < piece.size; ++i) ASSERT_EQ(piece.at[i], piece.mark);
  }
}

TEST(Arena, AlignsAsAsked) {
  TestRandom random(2);
  Arena arena;
  for (int i = 0; i < 2000; ++i) {
    const std::size_t alignment = std::size_t{1} << random.below(5);
    const auto at = reinterpret_cast<std::uintptr_t>(arena.allocate(random.below(40), alignment));
    ASSERT_EQ(at % alignment, 0u);
  }
}

TEST(Arena, CountsWhatItHolds) {
  Arena arena;
  EXPECT_EQ(arena.bytes(), 0u);
  arena.allocate(1);
  const std::size_t first = arena.bytes();
  EXPECT_GE(first, 1u);
  arena.allocate(10'000'000);
  EXPECT_GE(arena.bytes(), first + 10'000'000);
}

TEST(Arena, KeepsTheCurrentBlockInUseBesideALargePiece) {
  Arena arena;
  arena.allocate(1);
  arena.allocate(50'000);
  const std::size_t held = arena.bytes();
  for (int i = 0; i < 1000; ++i) arena.allocate(1);
  EXPECT_EQ(arena.bytes(), held);
}

TEST(Arena, GivesAPlaceEvenForNothing) {
  Arena arena;
  EXPECT_NE(arena.allocate(0), nullptr);
}

TEST(Arena, CanBeUsedAfterItWasMovedFrom) {
  Arena arena;
  std::uint8_t* const kept = arena.allocate(8);
  std::memset(kept, 7, 8);
  Arena other = std::move(arena);
  std::memset(arena.allocate(64), 9, 64);
  EXPECT_EQ(kept[0], 7);
  EXPECT_EQ(kept[7], 7);
  EXPECT_GE(other.bytes(), 8u);
}

TEST(ArenaDeathTest, RefusesAnAlignmentItCannotGive) {
  Arena arena;
  EXPECT_DEATH(arena.allocate(1, 3), "alignment");
  EXPECT_DEATH(arena.allocate(1, 32), "alignment");
}

}  // namespace
}  // namespace stele::base
