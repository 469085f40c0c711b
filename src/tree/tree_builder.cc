#include <algorithm>

#include "base/try.h"
#include "tree/node_writer.h"

namespace stele::tree {
namespace {

// Branches are filled to three quarters: there is room before the first split.
std::size_t fill_of(const TreeShape& shape) {
  return std::max<std::size_t>(2, std::size_t{shape.fanout_max} * 3 / 4);
}

}  // namespace

struct TreeBuilder::State {
  State(Tree t, PackSink& s, const TreeShape& sh)
      : tree(t), sink(s), shape(sh), writer(t, s, sh), filler(t, writer, sh) {}

  Done end_branches();

  Tree tree;
  PackSink& sink;
  TreeShape shape;
  LeafWriter writer;
  LeafFiller filler;
  std::vector<Items> levels{1};  // by level: what was written and no branch holds yet
};

// Of items enough for two branches the first become one; so the last two branches of a level can
// always be made of even size.
Done TreeBuilder::State::end_branches() {
  const std::size_t fill = fill_of(shape);
  for (std::size_t level = 0; level < levels.size() && levels[level].size() >= 2 * fill; ++level) {
    if (level + 1 == levels.size()) levels.emplace_back();
    Items& items = levels[level];
    const auto end = items.begin() + static_cast<std::ptrdiff_t>(fill);
    const Items first(items.begin(), end);
    items.erase(items.begin(), end);
    STELE_DO(
        write_branches(tree, static_cast<int>(level) + 1, first, sink, shape, levels[level + 1]));
  }
  return {};
}

TreeBuilder::TreeBuilder(Tree tree, PackSink& sink, const TreeShape& shape)
    : state_(std::make_unique<State>(tree, sink, shape)) {}
TreeBuilder::~TreeBuilder() = default;

Done TreeBuilder::add(const LeafPtr& leaf, std::uint32_t begin, std::uint32_t end) {
  STELE_DO(state_->filler.add(leaf, begin, end, state_->levels[0]));
  return state_->end_branches();
}

Result<Root> TreeBuilder::finish() {
  State& s = *state_;
  STELE_DO(s.filler.end(s.levels[0]));
  STELE_DO(s.writer.flush(s.levels[0]));
  for (std::size_t level = 0;; ++level) {
    Items& items = s.levels[level];
    if (level + 1 == s.levels.size()) {
      return write_root(s.tree, static_cast<int>(level), std::move(items), s.sink, s.shape);
    }
    STELE_DO(write_branches(s.tree, static_cast<int>(level) + 1, items, s.sink, s.shape,
                            s.levels[level + 1]));
  }
}

}  // namespace stele::tree
