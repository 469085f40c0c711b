// LeafSearch: finds the rows of one leaf that begin with each of many ascending keys.
//
// It goes on from where the key before was found, in steps that double, and remembers where the
// rows of an attribute lie: keys that are close together cost a few comparisons of integers each.
#pragma once

#include "format/order.h"

namespace stele::tree {

using format::Key;
using format::Leaf;

class LeafSearch {
 public:
  struct Rows {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  // Rows [begin, end) of a leaf, which the caller keeps alive.
  LeafSearch(const Leaf& leaf, std::uint32_t begin, std::uint32_t end);

  // Keys need not ascend; it is faster when they do. O(log distance from the rows found before).
  Rows find(const Key& key);

 private:
  Rows find_by_entity(const Key& key);
  Rows find_by_attribute(const Key& key);
  Rows find_by_value(const Key& key);
  Rows find_log(const Key& key);
  Rows rows_of_entity(Rows in, std::uint64_t e);
  Rows rows_of_value(Rows in, const Key& key);
  Rows rows_beginning_with(Rows in, const Key& key) const;
  std::uint32_t guess_entity(Rows in, std::uint64_t e) const;
  void enter_attribute(const Value& attribute);

  template <typename Before>
  std::uint32_t gallop(Rows in, std::uint32_t from, Before before) const;

  const Leaf& leaf_;
  Rows all_;
  std::uint32_t at_;  // where rows were found before
  // The attribute asked for last: its code, or -1, and its rows where they lie together.
  bool has_attribute_ = false;
  Value attribute_;
  int code_ = -1;
  Rows attribute_rows_;
};

}  // namespace stele::tree
