#include "tree/reach.h"

#include <algorithm>

#include "base/try.h"
#include "tree/descent.h"

namespace stele::tree {
namespace {

// Branches read together.
constexpr std::size_t kBranchesTogether = 64;

Error error_of(const Reader& reader) {
  if (reader.status() == Reader::Status::failed) return reader.error();
  return unavailable("node/missing", "Nodes that a copy needs are not at hand.");
}

// The children of all branches of one level, and the packs they lie in.
Result<std::vector<format::Child>> children_of(const Index& index, int level,
                                               std::span<const format::Child> branches,
                                               Reader& reader, PacksReached& packs) {
  std::vector<format::Child> children;
  for (std::size_t i = 0; i < branches.size(); i += kBranchesTogether) {
    const auto some = branches.subspan(i, std::min(kBranchesTogether, branches.size() - i));
    std::vector<format::NodePtr> nodes(some.size());
    if (!fetch_children(index, level, some, nodes, reader)) return error_of(reader);
    for (const auto& node : nodes) {
      for (const auto& child : as_branch(node)->children()) {
        packs[child.place.pack] += child.place.length;
        if (level > 1) children.push_back(child);
      }
    }
  }
  return children;
}

Done add_tree(const Index& index, Reader& reader, PacksReached& packs) {
  if (index.base.count == 0) return {};
  packs[index.base.place.pack] += index.base.place.length;
  std::vector<format::Child> nodes = {root_child(index.base)};
  for (int level = index.base.height - 1; level > 0; --level) {
    STELE_TRY(nodes, children_of(index, level, nodes, reader, packs));
  }
  return {};
}

}  // namespace

Result<PacksReached> packs_reached(const format::Snapshot& snapshot, NodeSource& source,
                                   Reader& reader) {
  const Reader::Unpinned unpinned(reader);
  PacksReached packs;
  for (int t = 0; t < format::kTreeCount; ++t) {
    const auto tree = static_cast<format::Tree>(t);
    const Index index{tree, snapshot.roots[static_cast<std::size_t>(t)], Overlay::empty(tree),
                      &source};
    STELE_DO(add_tree(index, reader, packs));
  }
  return packs;
}

}  // namespace stele::tree
