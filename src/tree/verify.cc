#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "tree/descent.h"
#include "tree/merge.h"

namespace stele::tree {
namespace {

// Children read together.
constexpr std::size_t kNodesTogether = 64;

// A row that was seen; its leaf is kept alive.
struct Row {
  LeafPtr leaf;
  std::uint32_t row = 0;
};

class Verification {
 public:
  Verification(NodeSource& source, Tree tree, const Root& root, Reader& reader)
      : index_{tree, root, Overlay::empty(tree), &source}, reader_(reader) {}

  Result<std::vector<Hash>> run() {
    if (index_.base.count == 0) {
      if (index_.base.height != 0)
        return wrong(root_child(index_.base), "an empty tree has a node");
      return std::vector<Hash>();
    }
    const Child root = root_child(index_.base);
    const int level = index_.base.height - 1;
    const NodePtr node = fetch_child(index_, level, root, reader_);
    if (!node) return reader_error();
    STELE_DO(check_node(root, node, {}, {}));
    return std::move(hashes_);
  }

 private:
  // `lower` and `upper` are the separators on both sides, if there are any.
  Done check_node(const Child& child, const NodePtr& node, const Row& lower, const Row& upper) {
    hashes_.push_back(child.hash);
    if (node->is_leaf()) return check_leaf(child, as_leaf(node), lower, upper);
    return check_branch(child, as_branch(node), lower, upper);
  }

  Done check_leaf(const Child& child, const LeafPtr& leaf, const Row& lower, const Row& upper) {
    if (leaf->size() == 0) return wrong(child, "a leaf has no rows");
    for (std::uint32_t i = 0; i < leaf->size(); ++i) {
      const Row row{leaf, i};
      if (last_.leaf && !ascends(last_, row)) return wrong(child, "rows do not ascend");
      if (lower.leaf && order(row, lower) < 0)
        return wrong(child, "a row lies before its separator");
      if (upper.leaf && order(row, upper) >= 0)
        return wrong(child, "a row lies beyond its separator");
      last_.row = i;
      if (i == 0) last_.leaf = leaf;
    }
    return {};
  }

  Done check_branch(const Child& child, const BranchPtr& branch, const Row& lower,
                    const Row& upper) {
    const LeafPtr separators(branch, &branch->separators());
    for (std::uint32_t i = 1; i < separators->size(); ++i) {
      if (format::compare(*separators, i - 1, *separators, i) >= 0) {
        return wrong(child, "separators do not ascend");
      }
    }
    const auto children = branch->children();
    for (std::size_t i = 0; i < children.size(); i += kNodesTogether) {
      const auto some = children.subspan(i, std::min(kNodesTogether, children.size() - i));
      std::vector<NodePtr> nodes(some.size());
      if (!fetch_children(index_, branch->level() - 1, some, nodes, reader_)) return reader_error();
      for (std::size_t j = 0; j < some.size(); ++j) {
        const auto at = static_cast<std::uint32_t>(i + j);
        STELE_DO(check_node(some[j], nodes[j], at == 0 ? lower : Row{separators, at - 1},
                            at + 1 == children.size() ? upper : Row{separators, at}));
        nodes[j] = nullptr;
      }
    }
    return {};
  }

  static int order(const Row& x, const Row& y) {
    return format::compare(*x.leaf, x.row, *y.leaf, y.row);
  }
  // In the present a fact has one row, whatever its transaction.
  bool ascends(const Row& x, const Row& y) const {
    if (is_past(index_.tree)) return order(x, y) < 0;
    Key key = format::key_of(*y.leaf, y.row);
    key.parts = std::min(key.parts, key_parts(index_.tree));
    return format::compare(*x.leaf, x.row, key) < 0;
  }

  Error wrong(const Child& child, std::string_view what) const {
    return corrupt("tree/corrupt", base::text("In ", name(index_.tree), " ", what, ": node ",
                                              child.hash.hex(), " at byte ", child.place.offset,
                                              " of pack ", child.place.pack.hex(), "."));
  }
  Error reader_error() const {
    if (reader_.status() == Reader::Status::failed) return reader_.error();
    return unavailable("node/missing", "Nodes that a check needs are not at hand.");
  }

  const Index index_;
  Reader& reader_;
  Row last_;
  std::vector<Hash> hashes_;
};

}  // namespace

Result<std::vector<base::Hash>> verify_tree(NodeSource& source, Tree tree, const Root& root,
                                            Reader& reader) {
  const Reader::Unpinned unpinned(reader);
  return Verification(source, tree, root, reader).run();
}

}  // namespace stele::tree
