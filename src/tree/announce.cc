#include "tree/announce.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "tree/descent.h"

namespace stele::tree {
namespace {

// Leaves of one announcement, as they are at rest: what a line of 100 MB/s brings in four round
// trips of 20 ms, and ten times as much in memory.
constexpr std::uint64_t kLeafBytesMax = 8 << 20;
// Of a range with more branches than that on a level only those at its ends are read.
constexpr std::uint32_t kBranchesMax = 16;

// A node that is to be read, and the announcement that it belongs to.
struct Front {
  const Announced* wanted = nullptr;
  Child child;
  int level = 0;
};
using Fronts = std::vector<Front>;

class Announcement {
 public:
  Announcement(AnnouncedDepth depth, Reader& reader)
      : level_min_(depth == AnnouncedDepth::leaves ? 0 : 1), reader_(reader) {}

  void run(std::span<const Announced> wanted) {
    std::map<NodeSource*, Fronts> roots;
    for (const Announced& one : wanted) {
      const Index& index = *one.index;
      if (index.base.count == 0 || !index.source->is_far()) continue;
      roots[index.source].push_back({&one, root_child(index.base), index.base.height - 1});
    }
    for (auto& [source, fronts] : roots) {
      while (!fronts.empty() && reader_.ok()) fronts = read(*source, fronts);
    }
  }

 private:
  // Reads them and returns those below.
  Fronts read(NodeSource& source, const Fronts& fronts) {
    std::vector<NodeRef> refs;
    for (const Front& front : fronts) refs.push_back({front.child.hash, front.child.place});
    for (const Front& front : fronts) add_other_roots(*front.wanted->index, front.level, refs);
    std::vector<NodePtr> nodes(refs.size());
    reader_.fetch(source, refs, nodes);
    Fronts below;
    for (std::size_t i = 0; i < fronts.size() && reader_.ok(); ++i) {
      if (!nodes[i]->is_leaf()) descend(fronts[i], *as_branch(nodes[i]), below);
    }
    return below;
  }

  void descend(const Front& front, const Branch& branch, Fronts& below) {
    const int level = branch.level() - 1;
    if (level < level_min_) return;
    const ChildRange children = children_of(branch, front.wanted->range);
    if (level == 0 && !has_room(branch, children)) return;
    const bool all = level == 0 || children.last - children.first < kBranchesMax;
    for (std::uint32_t i = children.first; i <= children.last; ++i) {
      if (!all && i != children.first && i != children.last) continue;
      below.push_back({front.wanted, branch.children()[i], level});
    }
  }

  // Counts leaves that are not counted yet.
  bool has_room(const Branch& branch, const ChildRange& children) {
    std::uint64_t bytes = 0;
    for (std::uint32_t i = children.first; i <= children.last; ++i) {
      const Child& child = branch.children()[i];
      if (!leaves_.contains(child.hash)) bytes += child.place.length;
    }
    if (leaf_bytes_ + bytes > kLeafBytesMax) return false;
    leaf_bytes_ += bytes;
    for (std::uint32_t i = children.first; i <= children.last; ++i) {
      leaves_.insert(branch.children()[i].hash);
    }
    return true;
  }

  const int level_min_;
  Reader& reader_;
  std::uint64_t leaf_bytes_ = 0;
  std::unordered_set<Hash, base::HashOfHash> leaves_;
};

}  // namespace

void announce(std::span<const Announced> wanted, AnnouncedDepth depth, Reader& reader) {
  if (reader.ok()) Announcement(depth, reader).run(wanted);
}

}  // namespace stele::tree
