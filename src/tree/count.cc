// Counting: how many rows lie before a bound is the sum of what branches say of the children before
// it, down to one leaf; what the overlay adds to a range it knows itself.

#include <algorithm>
#include <cmath>

#include "tree/descent.h"

namespace stele::tree {
namespace {

// A bound on its way down: all rows before a child and those before the bound inside it.
struct Bound {
  const Key* key = nullptr;
  bool after = false;  // the bound lies behind the rows that begin with the key
  std::uint64_t before = 0;
  Child child;

  std::uint32_t child_of(const Branch& branch) const {
    return after ? child_at_most(branch, *key, true) : child_not_before(branch, *key);
  }
  std::uint32_t row_of(const Leaf& leaf) const {
    return after ? format::upper_row(leaf, 0, leaf.size(), *key)
                 : format::lower_row(leaf, 0, leaf.size(), *key);
  }
  void descend(const Node& node) {
    if (node.is_leaf()) {
      before += row_of(static_cast<const Leaf&>(node));
      return;
    }
    const Branch& branch = static_cast<const Branch&>(node);
    const std::uint32_t i = child_of(branch);
    before += branch.count_before(i);
    child = branch.children()[i];
  }
};

// The bounds of a range; those that are open need no descent.
struct Bounds {
  Bound list[2];
  std::uint32_t size = 0;
  std::uint64_t total;

  Bounds(const Index& index, const Range& range) : total(index.base.count) {
    const Child root = root_child(index.base);
    if (range.lower.parts > 0) list[size++] = {&range.lower, false, 0, root};
    if (range.upper.parts > 0) list[size++] = {&range.upper, range.upper_inclusive, 0, root};
  }
  std::uint64_t rows_between(const Range& range) const {
    const std::uint64_t lower = range.lower.parts > 0 ? list[0].before : 0;
    const std::uint64_t upper = range.upper.parts > 0 ? list[size - 1].before : total;
    return upper > lower ? upper - lower : 0;
  }
};

std::uint64_t overlay_rows_added(const Index& index, const Range& range, std::uint64_t rows) {
  const Overlay& overlay = *index.overlay;
  const auto from = range.lower.parts > 0 ? overlay.cut_before(range.lower) : overlay.begin();
  const auto to = range.upper.parts == 0  ? overlay.end()
                  : range.upper_inclusive ? overlay.cut_after(range.upper)
                                          : overlay.cut_before(range.upper);
  if (from >= to) return rows;
  const std::int64_t sum = static_cast<std::int64_t>(rows) + overlay.net(from, to);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(sum, 0));
}

// A bound by transaction tells an entry of the present from the row that it replaces, which
// arithmetic does not know: then there is nothing for it but to look.
bool bounded_by_replaced(const Index& index, const Range& range) {
  const int parts = key_parts(index.tree);
  return !index.overlay->is_empty() && (range.lower.parts > parts || range.upper.parts > parts);
}

std::uint64_t count_by_scan(const Index& index, const Range& range, Reader& reader) {
  std::uint64_t rows = 0;
  Scan scan(index, range, reader);
  for (Slice slice; scan.next(slice);) rows += slice.size();
  return rows;
}

// For bounds that came no further than a node which is not at hand. One bound leaves half of its
// rows before it; for two in the same node the square root is as good a guess as any of how many
// lie between them.
void guess_rest(Bounds& bounds, const bool (&known)[2]) {
  if (bounds.size == 2 && !known[0] && bounds.list[0].child.hash == bounds.list[1].child.hash) {
    const auto rows = static_cast<double>(bounds.list[1].child.count);
    bounds.list[1].before += static_cast<std::uint64_t>(std::sqrt(rows));
    return;
  }
  for (std::uint32_t i = 0; i < bounds.size; ++i) {
    if (!known[i]) bounds.list[i].before += bounds.list[i].child.count / 2;
  }
}

}  // namespace

std::uint64_t count_rows(const Index& index, const Range& range, Reader& reader) {
  if (!reader.ok()) return 0;
  if (bounded_by_replaced(index, range)) return count_by_scan(index, range, reader);
  if (index.base.count == 0) return overlay_rows_added(index, range, 0);
  Bounds bounds(index, range);
  for (int level = index.base.height - 1; level >= 0 && bounds.size > 0; --level) {
    const Child children[2] = {bounds.list[0].child, bounds.list[1].child};
    NodePtr nodes[2];
    if (!fetch_children(index, level, {children, bounds.size}, {nodes, bounds.size}, reader)) {
      return 0;
    }
    for (std::uint32_t i = 0; i < bounds.size; ++i) bounds.list[i].descend(*nodes[i]);
  }
  return overlay_rows_added(index, range, bounds.rows_between(range));
}

std::uint64_t estimate_rows(const Index& index, const Range& range) {
  if (index.base.count == 0) return overlay_rows_added(index, range, 0);
  Bounds bounds(index, range);
  bool known[2] = {true, true};
  for (int level = index.base.height - 1; level >= 0; --level) {
    for (std::uint32_t i = 0; i < bounds.size; ++i) {
      const Child& child = bounds.list[i].child;
      const NodePtr node = known[i] ? index.source->at_hand({child.hash, child.place}) : nullptr;
      known[i] = node != nullptr;
      if (node) bounds.list[i].descend(*node);
    }
  }
  guess_rest(bounds, known);
  return overlay_rows_added(index, range, bounds.rows_between(range));
}

}  // namespace stele::tree
