// Node writers: rows become leaves, leaves become branches, branches a root.
//
// Nodes of one level that follow each other are a *row of items*. Between every two items stands a
// separator: that of the old tree where there was one (rows of either side keep to it), else one
// made from the rows themselves.
#pragma once

#include "tree/descent.h"
#include "tree/merge.h"

namespace stele::tree {

// A row of a leaf of separators; none before the first node of a tree.
struct Separator {
  LeafPtr leaf;
  std::uint32_t row = 0;
  explicit operator bool() const { return leaf != nullptr; }
};

// A node that was written, or one of the old tree.
struct Item {
  Separator before;
  Child child;
  bool old = false;
};
using Items = std::vector<Item>;

// The children of a branch as items; `before` is what stands before the first.
Items items_of(const BranchPtr& branch, const Separator& before);

// The separator between children i - 1 and i; `before` for the first child.
Separator separator_before(const BranchPtr& branch, std::uint32_t i, const Separator& before);

// Writes leaves of proper size from leaves of any size, which come in order. The latest is kept
// back: it or the one that follows may be so small that they become one.
class LeafWriter {
 public:
  LeafWriter(Tree tree, PackSink& sink, const TreeShape& shape)
      : tree_(tree), sink_(sink), shape_(shape) {}

  // A leaf's rows, which come after all before. Without a separator one is made: then the leaf must
  // follow right upon what was added last, or be the first.
  Done add(LeafPtr leaf, const Separator& before, Items& out);
  // Nothing is kept back any more: before the end, and before a leaf that stays as it is.
  Done flush(Items& out);

 private:
  bool is_small(const Leaf& leaf) const { return leaf.size() < shape_.leaf_rows_min; }
  bool fits_one(const Leaf& leaf) const;
  bool fit_together(const Leaf& a, const Leaf& b) const;
  LeafPtr join(const LeafPtr& a, const LeafPtr& b) const;
  Done write(const LeafPtr& leaf, const Separator& before, Items& out);
  Done write_parts(const LeafPtr& leaf, const Separator& before, Items& out);

  Tree tree_;
  PackSink& sink_;
  const TreeShape shape_;
  LeafPtr kept_;
  Separator kept_before_;
  LeafPtr last_;  // the last leaf written, for separators
};

// Puts rows together into leaves of the target size, for a LeafWriter.
class LeafFiller {
 public:
  LeafFiller(Tree tree, LeafWriter& writer, const TreeShape& shape)
      : writer_(writer), shape_(shape), rows_(tree, shape.leaf_rows_target) {}

  // Rows that come after all before.
  Done add(const LeafPtr& leaf, std::uint32_t begin, std::uint32_t end, Items& out);
  // The rows that are left become a leaf. `before` stands before the first row of what is next.
  Done end(Items& out, const Separator& before = {});

 private:
  bool is_full() const;

  LeafWriter& writer_;
  const TreeShape shape_;
  format::LeafBuilder rows_;
  Separator before_;
};

// Writes the items, of level `level` - 1, as branches of even size no larger than the fan-out.
Done write_branches(Tree tree, int level, const Items& items, PackSink& sink,
                    const TreeShape& shape, Items& out);

// Branches over the items, which are of level `level`, until there is one root.
Result<Root> write_root(Tree tree, int level, Items items, PackSink& sink, const TreeShape& shape);

}  // namespace stele::tree
