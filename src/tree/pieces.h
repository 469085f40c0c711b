// Pieces: what one leaf of the base tree and the overlay's entries in its range are together, as
// plain leaves.
//
// Few entries are merged into the leaf as a whole. Where there are many, or no leaf at all, each
// chunk of the overlay gives a piece of its own, together with the leaf's rows that lie in its
// range: so a commit, which touches a few chunks, has only their pieces made again.
//
// Merged pieces are kept in the source's cache, under a key that says what they were made from.
#pragma once

#include "tree/descent.h"

namespace stele::tree {

class Pieces {
 public:
  // `leaf` is null, and its hash zero, where the tree is empty.
  Pieces(const Index& index, const Hash& hash, LeafPtr leaf, const Cuts& cuts);

  std::uint32_t count() const { return count_; }
  // Ascending. May be empty where all rows are removed.
  Slice get(std::uint32_t i, Reader& reader) const;

  // Pieces [first, last] that can hold rows of a range, or rows that begin with a key.
  // Only for count() > 0. O(log count).
  ChildRange in(const Range& range) const;
  ChildRange beginning_with(const Key& key) const;

 private:
  Cuts cuts_of(std::uint32_t i) const;
  std::uint32_t row_at(std::uint32_t i) const;
  std::uint32_t count_starting(const Key& key, int order_max) const;

  const Index& index_;
  Hash hash_;
  LeafPtr leaf_;
  Cuts cuts_;
  bool split_ = false;  // a piece for each chunk
  std::uint32_t count_ = 0;
};

}  // namespace stele::tree
