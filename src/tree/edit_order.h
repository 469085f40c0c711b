// The order in which the rows of a transaction fall on a tree.
//
// Comparing rows whole costs most of what applying a large transaction takes. So rows get a place
// first, two numbers that settle nearly every comparison:
//
//   tree    major                  minor
//   EAVT    e                      rank of a among the attributes of the rows
//   AEVT    rank of a              e
//   AVET    rank of a              the first eight bytes of v, if all of its values are of one kind
//   log     e
// Rows mostly come in the order of one of the trees already, which is seen before anything is
// sorted.
//
// Thread safety: pure functions.
#pragma once

#include <span>
#include <vector>

#include "tree/overlay.h"

namespace stele::tree {

struct RowPlace {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint32_t row = 0;  // its position in what was given
};

// Places in the order of the tree; rows of one fact in the order in which they are given.
// O(rows · log rows).
std::vector<RowPlace> order_of(Tree tree, std::span<const OverlayRow> rows);

// Sign of rows that have the same major and minor number: by what these leave open.
int compare_at_one_place(Tree tree, const OverlayRow& x, const OverlayRow& y);

// Are the rows at these places about one fact?
inline bool is_same_fact(Tree tree, std::span<const OverlayRow> rows, const RowPlace& x,
                         const RowPlace& y) {
  return x.major == y.major && x.minor == y.minor &&
         compare_at_one_place(tree, rows[x.row], rows[y.row]) == 0;
}

}  // namespace stele::tree
