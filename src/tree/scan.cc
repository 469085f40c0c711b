// Scan keeps a path of branches and a queue of leaves that were fetched ahead.

#include <deque>

#include "tree/pieces.h"

namespace stele::tree {
namespace {

// Leaves asked for together, at most: two megabytes or less at the usual 2 – 13 kB a leaf at rest.
constexpr std::uint32_t kWindowMax = 64;
// The same in bytes at rest, where the source is far: a window is worth about a round trip.
constexpr std::uint64_t kFarWindowBytes = 256 << 10;
constexpr std::uint64_t kFarWindowBytesMax = 4 << 20;

// Where rows of a slice lie inside a range.
void clip(Slice& slice, const Range& range) {
  const Leaf& leaf = *slice.leaf;
  if (slice.size() == 0) return;
  if (range.lower.parts > 0 && format::compare(leaf, slice.begin, range.lower) < 0) {
    slice.begin = format::lower_row(leaf, slice.begin, slice.end, range.lower);
  }
  if (range.upper.parts > 0 && slice.size() > 0) {
    const int beyond = range.upper_inclusive ? 1 : 0;
    if (format::compare(leaf, slice.end - 1, range.upper) < beyond) return;
    slice.end = range.upper_inclusive
                    ? format::upper_row(leaf, slice.begin, slice.end, range.upper)
                    : format::lower_row(leaf, slice.begin, slice.end, range.upper);
  }
}

}  // namespace

struct Scan::State {
  // A branch on the path. `left` children of the range still wait, the next of them is `at`.
  struct Step {
    BranchPtr branch;
    Cuts cuts;
    std::uint32_t at = 0;
    std::uint32_t left = 0;
  };
  struct Ahead {
    Hash hash;
    LeafPtr leaf;
    Cuts cuts;
  };

  State(const Index& i, const Range& r, Reader& rd, Direction d)
      : index(i), range(r), reader(rd), ascending(d == Direction::ascending) {}

  void start();
  void enter(const Child& child, int level, const Cuts& cuts);
  void enter_next(Step& step);
  std::uint32_t leaves_of_window(const Step& step);
  void fetch_leaves();
  bool refill();
  void open(const Ahead& leaf);
  bool next(Slice& slice);

  void advance(Step& step, std::uint32_t n) const {
    step.at = ascending ? step.at + n : step.at - n;
    step.left -= n;
  }
  // The i-th of the children that wait.
  std::uint32_t upcoming(const Step& step, std::uint32_t i) const {
    return ascending ? step.at + i : step.at - i;
  }

  const Index index;
  const Range range;
  Reader& reader;
  const bool ascending;
  bool started = false;
  std::uint32_t window = 1;
  std::uint64_t far_window_bytes = kFarWindowBytes;
  std::vector<Step> path;
  std::deque<Ahead> ahead;
  std::optional<Pieces> pieces;  // of the leaf under way
  std::uint32_t piece = 0;       // the next of them
  std::uint32_t pieces_left = 0;
};

void Scan::State::start() {
  started = true;
  const Cuts all{index.overlay->begin(), index.overlay->end()};
  if (index.base.count > 0) {
    enter(root_child(index.base), index.base.height - 1, all);
  } else if (!all.empty()) {
    ahead.push_back({{}, nullptr, all});
  }
}

void Scan::State::enter(const Child& child, int level, const Cuts& cuts) {
  const NodePtr node = fetch_child(index, level, child, reader);
  if (!node) return;
  if (node->is_leaf()) {
    ahead.push_back({child.hash, as_leaf(node), cuts});
    return;
  }
  Step step{as_branch(node), cuts};
  const ChildRange children = children_of(*step.branch, range);
  step.at = ascending ? children.first : children.last;
  step.left = children.last - children.first + 1;
  path.push_back(std::move(step));
}

void Scan::State::enter_next(Step& step) {
  const BranchPtr branch = step.branch;  // entering may move the step
  const std::uint32_t i = step.at;
  const Cuts cuts = cuts_of_child(*branch, i, *index.overlay, step.cuts);
  advance(step, 1);
  enter(branch->children()[i], branch->level() - 1, cuts);
}

// How many leaves to ask for now; the next window is larger.
std::uint32_t Scan::State::leaves_of_window(const Step& step) {
  if (!index.source->is_far()) {
    const std::uint32_t n = std::min(window, step.left);
    window = std::min(2 * window, kWindowMax);
    return n;
  }
  std::uint32_t n = 0;
  for (std::uint64_t bytes = 0; n < step.left && bytes < far_window_bytes; ++n) {
    bytes += step.branch->children()[upcoming(step, n)].place.length;
  }
  far_window_bytes = std::min(4 * far_window_bytes, kFarWindowBytesMax);
  return n;
}

// The next leaves of the last branch on the path. When these are its last ones, the branch after it
// is asked for as well, so that coming to it is no round of its own.
void Scan::State::fetch_leaves() {
  Step& step = path.back();
  const auto children = step.branch->children();
  const std::uint32_t n = leaves_of_window(step);
  std::vector<NodeRef> refs;
  const auto want = [&](const Child& child) { refs.push_back({child.hash, child.place}); };
  for (std::uint32_t i = 0; i < n; ++i) want(children[upcoming(step, i)]);
  if (n == step.left && path.size() > 1) {
    const Step& above = path[path.size() - 2];
    if (above.left > 0) want(above.branch->children()[above.at]);
  }
  std::vector<NodePtr> nodes(refs.size());
  reader.fetch(*index.source, refs, nodes);
  for (std::uint32_t i = 0; i < n && reader.ok(); ++i) {
    const std::uint32_t at = upcoming(step, i);
    if (!check_child(index, 0, children[at], *nodes[i], reader)) return;
    ahead.push_back({children[at].hash, as_leaf(nodes[i]),
                     cuts_of_child(*step.branch, at, *index.overlay, step.cuts)});
  }
  advance(step, n);
}

// At least one leaf ahead, unless the range is at its end.
bool Scan::State::refill() {
  if (!started) start();
  while (ahead.empty() && !path.empty() && reader.ok()) {
    if (path.back().left == 0) {
      path.pop_back();
    } else if (path.back().branch->level() == 1) {
      fetch_leaves();
    } else {
      enter_next(path.back());
    }
  }
  return reader.ok() && !ahead.empty();
}

void Scan::State::open(const Ahead& leaf) {
  pieces.emplace(index, leaf.hash, leaf.leaf, leaf.cuts);
  const ChildRange in = pieces->in(range);
  piece = ascending ? in.first : in.last;
  pieces_left = in.last - in.first + 1;
}

bool Scan::State::next(Slice& slice) {
  while (reader.keep_going()) {
    if (pieces_left > 0) {
      slice = pieces->get(piece, reader);
      piece = ascending ? piece + 1 : piece - 1;
      --pieces_left;
      clip(slice, range);
      if (slice.size() > 0) return true;
    } else if (refill()) {
      open(ahead.front());
      ahead.pop_front();
    } else {
      break;
    }
  }
  slice = {};
  return false;
}

Scan::Scan(const Index& index, const Range& range, Reader& reader, Direction direction)
    : state_(std::make_unique<State>(index, range, reader, direction)) {}
Scan::~Scan() = default;
Scan::Scan(Scan&&) noexcept = default;

bool Scan::next(Slice& slice) { return state_->next(slice); }

}  // namespace stele::tree
