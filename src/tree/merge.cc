// A merge plans, then builds.
//
// The plan finds, level by level, the nodes that overlay entries fall on; each level is read in one
// round. Leaves are read while building, many at a time, so that memory stays bounded. Building
// goes through the touched nodes in order and gives for each branch the items that become its
// children; a node that nothing falls on is its own item, unread.

#include "tree/merge.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "base/try.h"
#include "tree/node_writer.h"

namespace stele::tree {
namespace {

// Leaves read together: a few dozen megabytes decoded.
constexpr std::size_t kLeavesTogether = 256;
// Chunks of the overlay merged into a leaf at a time.
constexpr std::uint32_t kChunksTogether = 32;

// A node to be rewritten.
struct Touched {
  Child child;
  std::uint32_t position = 0;  // among its siblings
  Cuts cuts;
  BranchPtr branch;               // unless it is a leaf
  std::vector<Touched> children;  // those of them that are touched, ascending
};

std::int64_t rows_after(const Touched& leaf, const Overlay& overlay) {
  return static_cast<std::int64_t>(leaf.child.count) + overlay.net(leaf.cuts.from, leaf.cuts.to);
}

class Merge {
 public:
  Merge(const Index& index, Reader& reader, PackSink& sink, const TreeShape& shape)
      : index_(index),
        overlay_(*index.overlay),
        reader_(reader),
        sink_(sink),
        shape_(shape),
        writer_(index.tree, sink, shape),
        filler_(index.tree, writer_, shape) {}

  Result<Root> run();

 private:
  Result<Root> load();
  Done plan(Touched& root);
  void find_touched(Touched& node) const;
  void touch_neighbours(Touched& node) const;
  std::optional<std::uint32_t> neighbour_to_join(const Touched& node, std::size_t i) const;

  Result<Items> build(const Touched& node, const Separator& before);
  Result<Items> build_leaves(const Touched& node, const Separator& before);
  Done build_leaf(const Touched& leaf, const Separator& before, Items& out);
  Result<LeafPtr> next_leaf(const Touched& leaf);

  Result<Items> build_branches(const Touched& node, const Separator& before);
  Done add_branch(Items items, int level, Items& kept, Items& out);
  Done keep_or_open(const Touched& node, std::uint32_t i, const Separator& before, Items& kept,
                    Items& out);
  Done end_branches(int level, Items& kept, Items& out);
  Done write(int level, Items& kept, Items& out);
  Result<Items> open(const Item& item, int level);
  bool is_small(const Items& items) const {
    return items.size() < std::max<std::size_t>(2, shape_.fanout_max / 4);
  }

  Result<Root> finish(Items items, int level);
  Error reader_error() const;

  const Index& index_;
  const Overlay& overlay_;
  Reader& reader_;
  PackSink& sink_;
  const TreeShape shape_;
  LeafWriter writer_;
  LeafFiller filler_;
  // The children of branches that were written with one child.
  std::unordered_map<Hash, Item, base::HashOfHash> only_children_;
  std::vector<Child> leaves_;  // touched, in the order in which they are built
  std::vector<NodePtr> read_;  // the first of those that are not built yet
  std::size_t leaves_read_ = 0;
  std::size_t leaves_built_ = 0;
};

Error Merge::reader_error() const {
  if (reader_.status() == Reader::Status::failed) return reader_.error();
  return unavailable("node/missing", base::text("Nodes of ", name(index_.tree),
                                                " that a merge needs are not at hand."));
}

Result<Root> Merge::run() {
  if (overlay_.is_empty()) return index_.base;
  if (index_.base.count == 0) return load();
  Touched root{root_child(index_.base), 0, {overlay_.begin(), overlay_.end()}, nullptr, {}};
  const int level = index_.base.height - 1;
  if (level == 0) {
    leaves_.push_back(root.child);
    Items items;
    STELE_DO(build_leaf(root, {}, items));
    STELE_DO(writer_.flush(items));
    return finish(std::move(items), 0);
  }
  STELE_DO(plan(root));
  STELE_TRY(Items items, build(root, {}));
  return finish(std::move(items), level - 1);
}

// Into the empty tree: there is nothing but the overlay.
Result<Root> Merge::load() {
  TreeBuilder builder(index_.tree, sink_, shape_);
  for (std::uint32_t chunk = 0; chunk < overlay_.chunk_count(); chunk += kChunksTogether) {
    if (!reader_.keep_going()) return reader_error();
    const std::uint32_t end = std::min(chunk + kChunksTogether, overlay_.chunk_count());
    const auto rows =
        merge_overlay(index_.tree, nullptr, overlay_.slice({chunk, 0}, {end, 0}), overlay_);
    STELE_DO(builder.add(rows, 0, rows->size()));
  }
  return builder.finish();
}

// ---- The plan -----------------------------------------------------------------------------------

Done Merge::plan(Touched& root) {
  std::vector<Touched*> nodes{&root};
  for (int level = index_.base.height - 1; level > 0; --level) {
    std::vector<Child> wanted;
    for (const Touched* node : nodes) wanted.push_back(node->child);
    std::vector<NodePtr> read(nodes.size());
    if (!fetch_children(index_, level, wanted, read, reader_)) return reader_error();
    std::vector<Touched*> below;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      nodes[i]->branch = as_branch(read[i]);
      find_touched(*nodes[i]);
      if (level == 1) touch_neighbours(*nodes[i]);
      for (Touched& child : nodes[i]->children) below.push_back(&child);
    }
    nodes = std::move(below);
  }
  for (const Touched* leaf : nodes) leaves_.push_back(leaf->child);
  return {};
}

// O(touched children · log entries).
void Merge::find_touched(Touched& node) const {
  const Branch& branch = *node.branch;
  const auto children = static_cast<std::uint32_t>(branch.children().size());
  std::uint32_t i = 0;
  for (Overlay::Cut at = node.cuts.from; at != node.cuts.to;) {
    i = child_of(branch, overlay_.chunk(at.chunk)[at.row], i);
    const Overlay::Cut end = i + 1 == children
                                 ? node.cuts.to
                                 : overlay_.cut_before(branch.separators(), i, at, node.cuts.to);
    node.children.push_back({branch.children()[i], i, {at, end}, nullptr, {}});
    at = end;
  }
}

// A leaf that is going to be small is joined to a neighbour. If neither is touched anyway, the
// smaller one is now.
void Merge::touch_neighbours(Touched& node) const {
  std::vector<Touched> added;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const auto neighbour = neighbour_to_join(node, i);
    if (!neighbour) continue;
    if (!added.empty() && added.back().position == *neighbour) continue;
    const Overlay::Cut at = node.children[i].cuts.to;
    added.push_back({node.branch->children()[*neighbour], *neighbour, {at, at}, nullptr, {}});
  }
  node.children.insert(node.children.end(), added.begin(), added.end());
  std::sort(node.children.begin(), node.children.end(),
            [](const Touched& x, const Touched& y) { return x.position < y.position; });
}

std::optional<std::uint32_t> Merge::neighbour_to_join(const Touched& node, std::size_t i) const {
  const Touched& leaf = node.children[i];
  const std::int64_t rows = rows_after(leaf, overlay_);
  if (rows <= 0 || rows >= shape_.leaf_rows_min) return std::nullopt;
  const auto siblings = node.branch->children();
  const std::uint32_t at = leaf.position;
  const bool left_touched = i > 0 && node.children[i - 1].position + 1 == at;
  const bool right_touched =
      i + 1 < node.children.size() && node.children[i + 1].position == at + 1;
  if (left_touched || right_touched) return std::nullopt;
  std::optional<std::uint32_t> best;
  const auto consider = [&](std::uint32_t sibling) {
    // Leaves of few large rows are not small.
    const std::uint64_t bytes =
        std::uint64_t{leaf.child.place.length} + siblings[sibling].place.length;
    if (bytes > shape_.leaf_bytes_max) return;
    if (!best || siblings[sibling].count < siblings[*best].count) best = sibling;
  };
  if (at > 0) consider(at - 1);
  if (at + 1 < siblings.size()) consider(at + 1);
  return best;
}

// ---- Building -----------------------------------------------------------------------------------

// The items that become the children of a branch.
Result<Items> Merge::build(const Touched& node, const Separator& before) {
  return node.branch->level() == 1 ? build_leaves(node, before) : build_branches(node, before);
}

Result<Items> Merge::build_leaves(const Touched& node, const Separator& before) {
  Items out;
  auto touched = node.children.begin();
  const auto children = node.branch->children();
  for (std::uint32_t i = 0; i < children.size(); ++i) {
    const Separator here = separator_before(node.branch, i, before);
    if (touched != node.children.end() && touched->position == i) {
      STELE_DO(build_leaf(*touched++, here, out));
    } else {
      STELE_DO(writer_.flush(out));
      out.push_back({here, children[i], true});
    }
  }
  STELE_DO(writer_.flush(out));
  return out;
}

Done Merge::build_leaf(const Touched& leaf, const Separator& before, Items& out) {
  STELE_TRY(const LeafPtr old, next_leaf(leaf));
  const Cuts& cuts = leaf.cuts;
  if (cuts.to.chunk - cuts.from.chunk < kChunksTogether) {
    const auto slice = overlay_.slice(cuts.from, cuts.to);
    return writer_.add(slice.empty() ? old : merge_overlay(index_.tree, old, slice, overlay_),
                       before, out);
  }
  STELE_DO(filler_.end(out, before));
  std::uint32_t row = 0;
  for (Overlay::Cut from = cuts.from; from != cuts.to;) {
    const Overlay::Cut to = std::min(cuts.to, Overlay::Cut{from.chunk + kChunksTogether, 0});
    const std::uint32_t end =
        to == cuts.to ? old->size()
                      : row_of(overlay_.chunk(to.chunk)[to.row], *old, row, old->size());
    const auto rows = merge_overlay(index_.tree, old, row, end, overlay_.slice(from, to), overlay_);
    STELE_DO(filler_.add(rows, 0, rows->size(), out));
    row = end;
    from = to;
  }
  return filler_.end(out);
}

// Leaves are built in the order of the plan, and read ahead in the same order.
Result<LeafPtr> Merge::next_leaf(const Touched& leaf) {
  if (leaves_built_ == leaves_read_) {
    const std::size_t n = std::min(kLeavesTogether, leaves_.size() - leaves_read_);
    read_.assign(n, nullptr);
    if (!fetch_children(index_, 0, {leaves_.data() + leaves_read_, n}, read_, reader_)) {
      return reader_error();
    }
    leaves_read_ += n;
  }
  STELE_CHECK(leaves_[leaves_built_].hash == leaf.child.hash);
  NodePtr& node = read_[read_.size() - (leaves_read_ - leaves_built_)];
  ++leaves_built_;
  return as_leaf(std::exchange(node, nullptr));
}

// Each touched child gives the items of a branch. The latest such are kept back as long as they may
// be joined with those of the branch that follows.
Result<Items> Merge::build_branches(const Touched& node, const Separator& before) {
  const int level = node.branch->level() - 1;  // of the children
  Items out;
  Items kept;
  auto touched = node.children.begin();
  for (std::uint32_t i = 0; i < node.branch->children().size(); ++i) {
    const Separator here = separator_before(node.branch, i, before);
    if (touched != node.children.end() && touched->position == i) {
      STELE_TRY(Items items, build(*touched++, here));
      STELE_DO(add_branch(std::move(items), level, kept, out));
    } else {
      STELE_DO(keep_or_open(node, i, here, kept, out));
    }
  }
  STELE_DO(end_branches(level, kept, out));
  return out;
}

Done Merge::add_branch(Items items, int level, Items& kept, Items& out) {
  if (items.empty()) return {};
  if (!kept.empty() && !is_small(kept) && !is_small(items)) {
    STELE_DO(write(level, kept, out));
  }
  kept.insert(kept.end(), std::make_move_iterator(items.begin()),
              std::make_move_iterator(items.end()));
  return {};
}

// A branch that nothing falls on stays as it is, unless what comes before it is small.
Done Merge::keep_or_open(const Touched& node, std::uint32_t i, const Separator& before, Items& kept,
                         Items& out) {
  const int level = node.branch->level() - 1;
  Item item{before, node.branch->children()[i], true};
  if (!kept.empty() && is_small(kept)) {
    STELE_TRY(Items items, open(item, level));
    return add_branch(std::move(items), level, kept, out);
  }
  STELE_DO(write(level, kept, out));
  out.push_back(std::move(item));
  return {};
}

// Small items at the end go to the branch before them, if that is an old one.
Done Merge::end_branches(int level, Items& kept, Items& out) {
  if (!kept.empty() && is_small(kept) && !out.empty() && out.back().old) {
    STELE_TRY(Items items, open(out.back(), level));
    out.pop_back();
    items.insert(items.end(), kept.begin(), kept.end());
    kept = std::move(items);
  }
  return write(level, kept, out);
}

Result<Items> Merge::open(const Item& item, int level) {
  const NodePtr node = fetch_child(index_, level, item.child, reader_);
  if (!node) return reader_error();
  return items_of(as_branch(node), item.before);
}

// The items that were kept back, as branches of this level.
Done Merge::write(int level, Items& kept, Items& out) {
  STELE_DO(write_branches(index_.tree, level, kept, sink_, shape_, out));
  if (kept.size() == 1) only_children_.emplace(out.back().child.hash, kept.front());
  kept.clear();
  return {};
}

// A root with one child is none: the child is. What was just written cannot be read back yet.
Result<Root> Merge::finish(Items items, int level) {
  while (level > 0 && items.size() == 1) {
    const auto only = only_children_.find(items.front().child.hash);
    if (only != only_children_.end()) {
      items = {only->second};
    } else if (items.front().old) {
      STELE_TRY(items, open(items.front(), level));
    } else {
      break;
    }
    --level;
  }
  return write_root(index_.tree, level, std::move(items), sink_, shape_);
}

}  // namespace

Result<Root> merge(const Index& index, Reader& reader, PackSink& sink, const TreeShape& shape) {
  const Reader::Unpinned unpinned(reader);
  return Merge(index, reader, sink, shape).run();
}

}  // namespace stele::tree
