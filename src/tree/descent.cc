#include "tree/descent.h"

#include <algorithm>

#include "base/text.h"
#include "format/pack.h"

namespace stele::tree {
namespace {

std::uint32_t last_child(const Branch& branch) {
  return static_cast<std::uint32_t>(branch.children().size()) - 1;
}

std::uint64_t count_of(const Node& node) {
  return node.is_leaf() ? static_cast<const Leaf&>(node).size()
                        : static_cast<const Branch&>(node).count();
}

Error misplaced(const Index& index, const Child& child) {
  return corrupt("node/misplaced",
                 base::text("A branch of ", name(index.tree), " says of the node at byte ",
                            child.place.offset, " of ", format::pack_key(child.place.pack),
                            " what is not so: its tree, its level or its number of rows."))
      .with("pack", Value(child.place.pack.hex()))
      .with("offset", Value(child.place.offset));
}

}  // namespace

// Rows of child i come before separator i. If that comes before the key they do, too; if it only
// begins with the key, they may begin with it as well.
std::uint32_t child_not_before(const Branch& branch, const Key& key) {
  Key room;
  return format::lower_row(branch.separators(), 0, last_child(branch),
                           routing_key(branch.tree(), key, room));
}

// Rows of child i + 1 do not come before separator i: none of them is wanted if that lies beyond
// the key.
std::uint32_t child_at_most(const Branch& branch, const Key& key, bool inclusive) {
  Key room;
  const Key& routing = routing_key(branch.tree(), key, room);
  // With parts cut off the key stands for several rows, of which some may come before the bound.
  const bool beyond = inclusive || routing.parts < key.parts;
  return beyond ? format::upper_row(branch.separators(), 0, last_child(branch), routing)
                : format::lower_row(branch.separators(), 0, last_child(branch), routing);
}

ChildRange children_of(const Branch& branch, const Range& range) {
  ChildRange found{0, last_child(branch)};
  if (range.lower.parts > 0) found.first = child_not_before(branch, range.lower);
  if (range.upper.parts > 0) {
    found.last = child_at_most(branch, range.upper, range.upper_inclusive);
  }
  // A range may end before it begins.
  found.last = std::max(found.first, found.last);
  return found;
}

std::uint32_t child_of(const Branch& branch, const OverlayRow& row, std::uint32_t from) {
  const auto begins_at_or_before = [&](std::uint32_t child) {
    return compare(row, branch.separators(), child - 1) >= 0;
  };
  // Child `low` does; children from `high` on do not.
  const std::uint32_t end = last_child(branch) + 1;
  std::uint32_t low = from;
  std::uint32_t step = 1;
  while (step < end - low && begins_at_or_before(low + step)) {
    low += step;
    step *= 2;
  }
  std::uint32_t high = std::min(end, low + step);
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (begins_at_or_before(middle) ? low : high) = middle;
  }
  return low;
}

Cuts cuts_of_child(const Branch& branch, std::size_t i, const Overlay& overlay, const Cuts& cuts) {
  Cuts found = cuts;
  if (found.empty()) return found;
  const Leaf& separators = branch.separators();
  if (i > 0) {
    found.from =
        overlay.cut_before(separators, static_cast<std::uint32_t>(i) - 1, cuts.from, cuts.to);
  }
  if (i + 1 < branch.children().size()) {
    found.to = overlay.cut_before(separators, static_cast<std::uint32_t>(i), found.from, cuts.to);
  }
  return found;
}

void add_other_roots(const Index& index, int level, std::vector<NodeRef>& refs) {
  if (level + 1 != index.base.height || !index.roots || !index.source->is_far()) return;
  if (index.source->at_hand({index.base.hash, index.base.place})) return;
  refs.insert(refs.end(), index.roots->begin(), index.roots->end());
}

bool fetch_children(const Index& index, int level, std::span<const Child> children,
                    std::span<NodePtr> nodes, Reader& reader) {
  std::vector<NodeRef> refs;
  refs.reserve(children.size());
  for (const Child& child : children) refs.push_back({child.hash, child.place});
  add_other_roots(index, level, refs);
  if (refs.size() == children.size()) {
    reader.fetch(*index.source, refs, nodes);
  } else {
    std::vector<NodePtr> with_roots(refs.size());
    reader.fetch(*index.source, refs, with_roots);
    std::copy_n(with_roots.begin(), nodes.size(), nodes.begin());
  }
  for (std::size_t i = 0; i < children.size() && reader.ok(); ++i) {
    check_child(index, level, children[i], *nodes[i], reader);
  }
  return reader.ok();
}

bool check_child(const Index& index, int level, const Child& child, const Node& node,
                 Reader& reader) {
  if (node.tree() == index.tree && node.level() == level && count_of(node) == child.count) {
    return true;
  }
  reader.fail(misplaced(index, child));
  return false;
}

NodePtr fetch_child(const Index& index, int level, const Child& child, Reader& reader) {
  NodePtr node;
  fetch_children(index, level, {&child, 1}, {&node, 1}, reader);
  return reader.ok() ? node : nullptr;
}

}  // namespace stele::tree
