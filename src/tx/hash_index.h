// HashIndex: a hash table of positions in a list that somebody else keeps.
//
// The list holds the keys; the table holds 8 bytes an entry and never removes one. So a lookup is
// one probe of dense memory and seldom more than one comparison of keys.
//
// Not thread safe.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace stele::tx {

class HashIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // The position whose key has this hash and is `same(position)`, or kNone. O(1).
  template <typename Same>
  std::uint32_t find(std::uint64_t hash, const Same& same) const {
    if (cells_.empty()) return kNone;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = tag & mask();; at = (at + 1) & mask()) {
      const Cell& cell = cells_[at];
      if (cell.position == kNone) return kNone;
      if (cell.tag == tag && same(cell.position)) return cell.position;
    }
  }

  // Makes room for so many keys in all.
  void reserve(std::size_t keys) { resize(std::bit_ceil(std::max(keys * 2, kCellsMin))); }

  // The caller has made sure that the key is not there yet. Amortised O(1).
  void insert(std::uint64_t hash, std::uint32_t position) {
    if (count_ * 2 >= cells_.size()) grow();
    place({tag_of(hash), position});
    ++count_;
  }

 private:
  struct Cell {
    std::uint32_t tag = 0;
    std::uint32_t position = kNone;
  };

  static constexpr std::size_t kCellsMin = 32;

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  std::size_t mask() const { return cells_.size() - 1; }

  void place(Cell cell) {
    std::size_t at = cell.tag & mask();
    while (cells_[at].position != kNone) at = (at + 1) & mask();
    cells_[at] = cell;
  }

  // At most half full, so that runs of taken cells stay short.
  void grow() { resize(std::max(cells_.size() * 2, kCellsMin)); }

  void resize(std::size_t cells) {
    if (cells <= cells_.size()) return;
    std::vector<Cell> old(cells);
    old.swap(cells_);
    for (const Cell& cell : old) {
      if (cell.position != kNone) place(cell);
    }
  }

  std::vector<Cell> cells_;  // a power of two of them, or none
  std::size_t count_ = 0;
};

}  // namespace stele::tx
