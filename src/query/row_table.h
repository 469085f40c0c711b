// RowTable: finds rows by a hash of their key. Open addressing over 8-byte slots, at most half
// full; rows with equal keys are chained in ascending order.
//
// It knows nothing of keys: whoever adds or asks says when two are equal.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "query/columns.h"

namespace stele::query {

class RowTable {
 public:
  // Memory that a table of so many rows takes.
  static std::uint64_t bytes_for(std::size_t rows) {
    return std::uint64_t{std::bit_ceil(rows * 2 + 2)} * sizeof(Slot) + rows * sizeof(Row);
  }

  explicit RowTable(std::size_t rows)
      : slots_(std::bit_ceil(rows * 2 + 2)), next_(rows, kNoRow), mask_(slots_.size() - 1) {}

  // Adds a row and answers kNoRow, or answers the row with an equal key that is there already.
  template <typename Equal>
  Row add_new(Row row, std::uint64_t hash, const Equal& equal) {
    Slot& slot = find_slot(hash, equal);
    if (slot.row != kNoRow) return slot.row;
    slot = {tag(hash), row};
    return kNoRow;
  }

  // Adds a row in front of those with an equal key: adding from the last row to the first makes
  // chains ascend. `equal(other)` compares the new row's key with another's.
  template <typename Equal>
  void add(Row row, std::uint64_t hash, const Equal& equal) {
    Slot& slot = find_slot(hash, equal);
    next_[row] = slot.row;
    slot = {tag(hash), row};
  }

  // The first row with an equal key, or kNoRow; and the ones after it.
  template <typename Equal>
  Row find(std::uint64_t hash, const Equal& equal) const {
    return const_cast<RowTable*>(this)->find_slot(hash, equal).row;
  }
  Row next(Row row) const { return next_[row]; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    Row row = kNoRow;
  };
  static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  template <typename Equal>
  Slot& find_slot(std::uint64_t hash, const Equal& equal) {
    std::size_t at = static_cast<std::size_t>(hash) & mask_;
    while (slots_[at].row != kNoRow) {
      if (slots_[at].tag == tag(hash) && equal(slots_[at].row)) break;
      at = (at + 1) & mask_;
    }
    return slots_[at];
  }

  std::vector<Slot> slots_;
  std::vector<Row> next_;
  std::size_t mask_;
};

}  // namespace stele::query
