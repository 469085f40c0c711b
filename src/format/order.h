// The orders of the trees: how rows of leaves compare with each other and with keys.
#pragma once

#include "format/leaf.h"

namespace stele::format {

// A bound: the first `parts` components of a row in the order of its tree.
//   eavt e a v tx   aevt a e v tx   avet a v e tx   log e
// Cells of `v` are borrowed; the caller keeps them alive.
struct Key {
  int parts = 0;  // 0 … 4
  std::uint64_t e = 0;
  Value a;
  Kind kind = Kind::nil;
  Cell v = 0;
  std::uint64_t tx = 0;

  static Key eavt(std::uint64_t e);
  static Key eavt(std::uint64_t e, const Value& a);
  static Key eavt(std::uint64_t e, const Value& a, Kind kind, Cell v);
  static Key aevt(const Value& a);
  static Key aevt(const Value& a, std::uint64_t e);
  static Key aevt(const Value& a, std::uint64_t e, Kind kind, Cell v);
  static Key avet(const Value& a);
  static Key avet(const Value& a, Kind kind, Cell v);
  static Key avet(const Value& a, Kind kind, Cell v, std::uint64_t e);
};

// Sign of (row ? key) over the key's parts only: 0 where the row begins with the key.
int compare(const Leaf& leaf, std::uint32_t row, const Key& key);
// Sign over all parts of both rows; in the past tx and then ended break ties.
int compare(const Leaf& a, std::uint32_t a_row, const Leaf& b, std::uint32_t b_row);

// The first row in [begin, end) that does not come before `key` (lower), or that comes after all
// rows beginning with it (upper). O(log rows).
std::uint32_t lower_row(const Leaf& leaf, std::uint32_t begin, std::uint32_t end, const Key& key);
std::uint32_t upper_row(const Leaf& leaf, std::uint32_t begin, std::uint32_t end, const Key& key);

// The whole row as a key with every part, borrowing its cell.
Key key_of(const Leaf& leaf, std::uint32_t row);

}  // namespace stele::format
