#include "query/int_set.h"

#include <algorithm>
#include <bit>

namespace stele::query {

void CellRange::add(std::span<const Cell> cells) {
  for (const Cell cell : cells) {
    low = std::min(low, value::int_of(cell));
    high = std::max(high, value::int_of(cell));
  }
}

std::optional<IntSet> IntSet::covering(const CellRange& range, std::size_t cells) {
  if (range.high < range.low) return IntSet(0, 0);
  const std::uint64_t low = value::cell_of(range.low), width = value::cell_of(range.high) - low;
  if (width >= std::uint64_t{cells} * 64) return std::nullopt;
  return IntSet(low, width + 1);
}

ColumnPtr IntSet::to_column(Kind kind) const {
  std::size_t members = 0;
  for (const std::uint64_t word : words_) members += static_cast<std::size_t>(std::popcount(word));
  ColumnBuilder out;
  std::size_t next = 0;
  const std::span<Cell> cells = out.extend(kind, members);
  for (std::size_t i = 0; i < words_.size(); ++i) {
    for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
      cells[next++] = low_ + i * 64 + static_cast<std::uint64_t>(std::countr_zero(word));
    }
  }
  return out.finish();
}

}  // namespace stele::query
