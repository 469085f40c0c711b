// Probes go down the tree level by level, with all keys at once. On each level the keys of a node
// are a run of all keys; a key whose rows lie on both sides of a separator is in two runs.

#include <algorithm>

#include "tree/leaf_search.h"
#include "tree/pieces.h"

namespace stele::tree {
namespace {

using Keys = std::span<const Key>;

// A node and the keys whose rows it may hold.
struct Group {
  Child child;
  Cuts cuts;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// The first key in [begin, end) that is not `before`; true for the first keys and no others.
template <typename Before>
std::uint32_t gallop_keys(std::uint32_t begin, std::uint32_t end, Before before) {
  std::uint32_t low = begin;
  std::uint32_t step = 1;
  while (step <= end - low && before(low + step - 1)) {
    low += step;
    step *= 2;
  }
  std::uint32_t high = std::min(end, low + step - 1);
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Shares the keys of a branch out among its children.
void share_out(const Index& index, const Branch& branch, const Group& group, Keys keys,
               std::vector<Group>& out) {
  const Tree tree = index.tree;
  const auto children = static_cast<std::uint32_t>(branch.children().size());
  const auto separator_order = [&](std::uint32_t separator, const Key& key) {
    Key room;
    return format::compare(branch.separators(), separator, routing_key(tree, key, room));
  };
  std::uint32_t begin = group.begin;
  std::uint32_t child = 0;
  while (begin < group.end) {
    // All children before the first with a separator not before the key hold only rows before it.
    child = gallop_keys(child, children - 1,
                        [&](std::uint32_t i) { return separator_order(i, keys[begin]) < 0; });
    const bool last = child + 1 == children;
    const std::uint32_t end =
        last ? group.end : gallop_keys(begin, group.end, [&](std::uint32_t i) {
          return separator_order(child, keys[i]) >= 0;
        });
    out.push_back({branch.children()[child],
                   cuts_of_child(branch, child, *index.overlay, group.cuts), begin, end});
    if (last) return;
    // Keys with which the separator begins may have more rows behind it.
    std::uint32_t next = end;
    while (next > begin && separator_order(child, keys[next - 1]) <= 0) --next;
    begin = next;
    ++child;
  }
}

void add_rows(Probes& probes, std::uint32_t key, const Slice& slice, LeafSearch::Rows rows) {
  if (rows.begin == rows.end) return;
  if (!probes.slices[key].leaf) {
    probes.slices[key] = {slice.leaf, rows.begin, rows.end};
  } else {
    probes.more.emplace_back(key, Slice{slice.leaf, rows.begin, rows.end});
  }
}

void probe_slice(const Slice& slice, const Group& group, Keys keys, Probes& probes) {
  LeafSearch search(*slice.leaf, slice.begin, slice.end);
  for (std::uint32_t i = group.begin; i < group.end; ++i) {
    add_rows(probes, i, slice, search.find(keys[i]));
  }
}

// The pieces of a leaf one after the other, for the keys that may have rows in each.
void probe_leaf(const Index& index, const Group& group, LeafPtr leaf, Keys keys, Reader& reader,
                Probes& probes) {
  const Pieces pieces(index, group.child.hash, std::move(leaf), group.cuts);
  if (pieces.count() == 0) return;
  if (pieces.count() == 1) return probe_slice(pieces.get(0, reader), group, keys, probes);
  std::optional<std::uint32_t> open;
  Slice slice;
  std::optional<LeafSearch> search;
  for (std::uint32_t i = group.begin; i < group.end; ++i) {
    const ChildRange in = pieces.beginning_with(keys[i]);
    for (std::uint32_t piece = in.first; piece <= in.last; ++piece) {
      if (open != piece) {
        open = piece;
        slice = pieces.get(piece, reader);
        search.emplace(*slice.leaf, slice.begin, slice.end);
      }
      add_rows(probes, i, slice, search->find(keys[i]));
    }
  }
}

}  // namespace

Probes probe(const Index& index, std::span<const Key> keys, Reader& reader) {
  Probes probes;
  probes.slices.resize(keys.size());
  if (keys.empty() || !reader.ok()) return probes;
  const Cuts all{index.overlay->begin(), index.overlay->end()};
  std::vector<Group> groups{{{}, all, 0, static_cast<std::uint32_t>(keys.size())}};
  if (index.base.count == 0) {
    probe_leaf(index, groups[0], nullptr, keys, reader, probes);
    return probes;
  }
  groups[0].child = root_child(index.base);
  for (int level = index.base.height - 1; level >= 0; --level) {
    std::vector<Child> children;
    for (const Group& group : groups) children.push_back(group.child);
    std::vector<NodePtr> nodes(groups.size());
    if (!fetch_children(index, level, children, nodes, reader)) return probes;
    std::vector<Group> next;
    for (std::size_t i = 0; i < groups.size() && reader.keep_going(); ++i) {
      if (level > 0) {
        share_out(index, *as_branch(nodes[i]), groups[i], keys, next);
      } else {
        probe_leaf(index, groups[i], as_leaf(nodes[i]), keys, reader, probes);
      }
    }
    groups = std::move(next);
  }
  std::stable_sort(probes.more.begin(), probes.more.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  return probes;
}

}  // namespace stele::tree
