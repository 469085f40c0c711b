// IntSet: a set of integers that lie close together, as a bit each.
//
// Entity ids do: asking for one is a shift and a mask, with no branch that could be mispredicted,
// and the set gives its members back in order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "query/columns.h"

namespace stele::query {

// From the least to the greatest of some cells, which are compared as signed integers.
struct CellRange {
  std::int64_t low = INT64_MAX;
  std::int64_t high = INT64_MIN;

  void add(std::span<const Cell> cells);
};

class IntSet {
 public:
  // Room for the range, if that takes no more memory than `cells` cells themselves; else nullopt.
  static std::optional<IntSet> covering(const CellRange& range, std::size_t cells);

  // Neighbours that follow each other are put together in a register first.
  void add(std::span<const Cell> cells) {
    std::size_t at_word = 0;
    std::uint64_t word = words_[0];
    for (const Cell cell : cells) {
      const std::uint64_t at = cell - low_;
      const auto of_cell = static_cast<std::size_t>(at / 64);
      if (of_cell != at_word) {
        words_[at_word] = word;
        at_word = of_cell;
        word = words_[at_word];
      }
      word |= std::uint64_t{1} << (at % 64);
    }
    words_[at_word] = word;
  }
  bool has(Cell cell) const {
    const std::uint64_t at = cell - low_, inside = at < width_ ? at : width_;
    return (words_[static_cast<std::size_t>(inside / 64)] >> (inside % 64)) & 1;
  }
  // All members, ascending.
  ColumnPtr to_column(Kind kind) const;

 private:
  IntSet(std::uint64_t low, std::uint64_t width)
      : low_(low), width_(width), words_(static_cast<std::size_t>(width / 64 + 1)) {}

  std::uint64_t low_, width_;
  std::vector<std::uint64_t> words_;  // one bit more than `width_`, for what lies outside
};

}  // namespace stele::query
