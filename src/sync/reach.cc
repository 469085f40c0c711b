#include "sync/reach.h"

#include <algorithm>

#include "base/try.h"
#include "tree/descent.h"

namespace stele::sync {
namespace {

// Branches read together.
constexpr std::size_t kBranchesTogether = 64;

Error error_of(const tree::Reader& reader) {
  if (reader.status() == tree::Reader::Status::failed) return reader.error();
  return unavailable("node/missing", "Nodes that a copy needs are not at hand.");
}

// The children of all branches of one level, and the packs they lie in.
Result<std::vector<format::Child>> children_of(const tree::Index& index, int level,
                                               std::span<const format::Child> branches,
                                               tree::Reader& reader, std::set<base::Hash>& packs) {
  std::vector<format::Child> children;
  for (std::size_t i = 0; i < branches.size(); i += kBranchesTogether) {
    const auto some = branches.subspan(i, std::min(kBranchesTogether, branches.size() - i));
    std::vector<format::NodePtr> nodes(some.size());
    if (!tree::fetch_children(index, level, some, nodes, reader)) return error_of(reader);
    for (const auto& node : nodes) {
      for (const auto& child : tree::as_branch(node)->children()) {
        packs.insert(child.place.pack);
        if (level > 1) children.push_back(child);
      }
    }
  }
  return children;
}

Done add_tree(const tree::Index& index, tree::Reader& reader, std::set<base::Hash>& packs) {
  if (index.base.count == 0) return {};
  packs.insert(index.base.place.pack);
  std::vector<format::Child> nodes = {tree::root_child(index.base)};
  for (int level = index.base.height - 1; level > 0; --level) {
    STELE_TRY(nodes, children_of(index, level, nodes, reader, packs));
  }
  return {};
}

}  // namespace

Result<std::set<base::Hash>> packs_reached(const format::Snapshot& snapshot,
                                           tree::NodeSource& source, tree::Reader& reader) {
  const tree::Reader::Unpinned unpinned(reader);
  std::set<base::Hash> packs;
  for (int t = 0; t < format::kTreeCount; ++t) {
    const auto tree = static_cast<format::Tree>(t);
    const tree::Index index{tree, snapshot.roots[static_cast<std::size_t>(t)],
                            tree::Overlay::empty(tree), &source};
    STELE_DO(add_tree(index, reader, packs));
  }
  return packs;
}

}  // namespace stele::sync
