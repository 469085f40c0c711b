// Descent: from branches to children, for all that walks down a tree.
//
// Which rows a child holds is settled by separators alone: child i holds what does not come before
// separator i - 1 and comes before separator i. An overlay entry that falls between the last row of
// one leaf and the first of the next so belongs to one of them, whoever asks.
#pragma once

#include "tree/index.h"

namespace stele::tree {

using format::Branch;
using format::Child;
using format::Node;

// The root as if a branch named it. Only for trees that are not empty.
inline Child root_child(const Root& root) { return {root.hash, root.count, root.place}; }

// A bound with no more parts than tell rows of the tree apart: in the present a row must not be led
// astray by the transaction of the row that it stands for. `room` is used if the key has more.
inline const Key& routing_key(Tree tree, const Key& key, Key& room) {
  if (key.parts <= key_parts(tree)) return key;
  room = key;
  room.parts = key_parts(tree);
  return room;
}

// Children [first, last] that can hold rows of a range; there always is one.
struct ChildRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};
// The first child that can hold rows not before the key: all children before it hold only rows
// before. O(log children).
std::uint32_t child_not_before(const Branch& branch, const Key& key);
// The last child that can hold rows beginning with the key (or before the key).
std::uint32_t child_at_most(const Branch& branch, const Key& key, bool inclusive);
ChildRange children_of(const Branch& branch, const Range& range);
// The child that an entry belongs to; it is known not to lie before child `from`. O(log distance).
std::uint32_t child_of(const Branch& branch, const OverlayRow& row, std::uint32_t from);

// The part of an overlay that lies between two separators.
struct Cuts {
  Overlay::Cut from;
  Overlay::Cut to;
  bool empty() const { return from == to; }
};
// The part of child i, given that of its branch. O(log entries).
Cuts cuts_of_child(const Branch& branch, std::size_t i, const Overlay& overlay, const Cuts& cuts);

// For a far source that is about to read a root: the roots of the other trees, behind `refs`.
void add_other_roots(const Index& index, int level, std::vector<NodeRef>& refs);

// The children's nodes, all of one level of the index's tree, in one round. False, and no nodes, if
// the reader is not ok or becomes so: also where a node is not what its parent says it is
// (`corrupt` `:node/misplaced`).
bool fetch_children(const Index& index, int level, std::span<const Child> children,
                    std::span<NodePtr> nodes, Reader& reader);
NodePtr fetch_child(const Index& index, int level, const Child& child, Reader& reader);
// Is a node what its parent says it is? If not, the reader fails.
bool check_child(const Index& index, int level, const Child& child, const Node& node,
                 Reader& reader);

inline LeafPtr as_leaf(const NodePtr& node) { return std::static_pointer_cast<const Leaf>(node); }
inline BranchPtr as_branch(const NodePtr& node) {
  return std::static_pointer_cast<const Branch>(node);
}

}  // namespace stele::tree
