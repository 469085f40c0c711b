#include "tree/node_writer.h"

#include <algorithm>

#include "base/check.h"
#include "base/try.h"

namespace stele::tree {
namespace {

// Rows are taken in runs of this many, between which the size of the growing leaf is looked at.
constexpr std::uint32_t kRunRows = 64;

template <typename N>
N quotient_up(N a, N b) {
  return (a + b - 1) / b;
}

// The separators between items [begin, end).
LeafPtr separators_between(Tree tree, std::span<const Item> items) {
  format::LeafBuilder out(tree, items.size());
  for (std::size_t i = 1; i < items.size();) {
    // Separators that come from one old branch follow each other there: they are copied as a run.
    const Separator& first = items[i].before;
    STELE_CHECK(first);
    std::uint32_t rows = 1;
    while (i + rows < items.size() && items[i + rows].before.leaf == first.leaf &&
           items[i + rows].before.row == first.row + rows) {
      ++rows;
    }
    out.own(first.leaf);
    out.add_rows(*first.leaf, first.row, first.row + rows);
    i += rows;
  }
  return out.finish();
}

Result<Item> write_branch(Tree tree, int level, std::span<const Item> items, PackSink& sink) {
  std::vector<Child> children;
  children.reserve(items.size());
  for (const Item& item : items) {
    children.push_back(item.child);
    children.back().place = sink.resolve(item.child.hash, item.child.place);
  }
  const Branch branch(tree, level, std::move(children), separators_between(tree, items));
  const format::Frame frame = format::encode_node(branch);
  STELE_TRY(const Place place, sink.add(frame));
  return Item{items.front().before, {frame.hash, branch.count(), place}};
}

Separator separator_between(const Leaf& left, const Leaf& right) {
  format::LeafBuilder out(right.tree(), 1);
  format::add_separator(out, left, left.size() - 1, right, 0);
  return {out.finish(), 0};
}

LeafPtr part_of(const LeafPtr& leaf, std::uint32_t begin, std::uint32_t end) {
  format::LeafBuilder out(leaf->tree(), end - begin);
  out.own(leaf);
  out.add_rows(*leaf, begin, end);
  return out.finish();
}

}  // namespace

Separator separator_before(const BranchPtr& branch, std::uint32_t i, const Separator& before) {
  if (i == 0) return before;
  return {LeafPtr(branch, &branch->separators()), i - 1};
}

Items items_of(const BranchPtr& branch, const Separator& before) {
  Items items;
  items.reserve(branch->children().size());
  for (std::uint32_t i = 0; i < branch->children().size(); ++i) {
    items.push_back({separator_before(branch, i, before), branch->children()[i], true});
  }
  return items;
}

bool LeafWriter::fits_one(const Leaf& leaf) const {
  return leaf.size() <= shape_.leaf_rows_max &&
         (leaf.size() == 1 || leaf.bytes_estimate() <= shape_.leaf_bytes_max);
}

// Joined to one, or to two that are no smaller; but leaves that are small in rows because their
// rows are large stay as they are.
bool LeafWriter::fit_together(const Leaf& a, const Leaf& b) const {
  return a.bytes_estimate() + b.bytes_estimate() <= shape_.leaf_bytes_max;
}

LeafPtr LeafWriter::join(const LeafPtr& a, const LeafPtr& b) const {
  format::LeafBuilder out(tree_, a->size() + b->size());
  for (const LeafPtr& leaf : {a, b}) {
    out.own(leaf);
    out.add_rows(*leaf, 0, leaf->size());
  }
  return out.finish();
}

Done LeafWriter::add(LeafPtr leaf, const Separator& before, Items& out) {
  if (leaf->size() == 0) return {};
  if (kept_ && (is_small(*kept_) || is_small(*leaf)) && fit_together(*kept_, *leaf)) {
    kept_ = join(kept_, leaf);
    return {};
  }
  STELE_DO(flush(out));
  kept_ = std::move(leaf);
  kept_before_ = before;
  return {};
}

Done LeafWriter::flush(Items& out) {
  if (!kept_) return {};
  const LeafPtr leaf = std::move(kept_);
  kept_ = nullptr;
  return write_parts(leaf, kept_before_, out);
}

// Parts of even numbers of rows; a part that has too many bytes all the same is divided again.
Done LeafWriter::write_parts(const LeafPtr& leaf, const Separator& before, Items& out) {
  if (fits_one(*leaf)) return write(leaf, before, out);
  const std::uint32_t rows = leaf->size();
  const std::size_t by_rows =
      rows > shape_.leaf_rows_max ? quotient_up(rows, shape_.leaf_rows_target) : 1;
  const std::size_t by_bytes = quotient_up(leaf->bytes_estimate(), shape_.leaf_bytes_max);
  const std::uint64_t parts =
      std::min<std::size_t>(std::max<std::size_t>({2, by_rows, by_bytes}), rows);
  for (std::uint64_t i = 0; i < parts; ++i) {
    const auto begin = static_cast<std::uint32_t>(rows * i / parts);
    const auto end = static_cast<std::uint32_t>(rows * (i + 1) / parts);
    STELE_DO(write_parts(part_of(leaf, begin, end), i == 0 ? before : Separator(), out));
  }
  return {};
}

Done LeafWriter::write(const LeafPtr& leaf, const Separator& before, Items& out) {
  const format::Frame frame = format::encode_node(*leaf);
  STELE_TRY(const Place place, sink_.add(frame));
  Item item{before, {frame.hash, leaf->size(), place}};
  if (!item.before && last_) item.before = separator_between(*last_, *leaf);
  out.push_back(std::move(item));
  last_ = leaf;
  return {};
}

bool LeafFiller::is_full() const {
  return rows_.size() >= shape_.leaf_rows_target || rows_.bytes_estimate() >= shape_.leaf_bytes_max;
}

Done LeafFiller::add(const LeafPtr& leaf, std::uint32_t begin, std::uint32_t end, Items& out) {
  while (begin < end) {
    const std::uint32_t room = std::min(kRunRows, shape_.leaf_rows_target - rows_.size());
    const std::uint32_t run = std::min(room, end - begin);
    rows_.own(leaf);
    rows_.add_rows(*leaf, begin, begin + run);
    begin += run;
    if (is_full()) STELE_DO(this->end(out));
  }
  return {};
}

Done LeafFiller::end(Items& out, const Separator& before) {
  if (rows_.size() > 0) STELE_DO(writer_.add(rows_.finish(), before_, out));
  before_ = before;
  return {};
}

Done write_branches(Tree tree, int level, const Items& items, PackSink& sink,
                    const TreeShape& shape, Items& out) {
  if (items.empty()) return {};
  const std::size_t parts = quotient_up<std::size_t>(items.size(), shape.fanout_max);
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t begin = items.size() * i / parts;
    const std::size_t end = items.size() * (i + 1) / parts;
    STELE_TRY(Item item, write_branch(tree, level, {items.data() + begin, end - begin}, sink));
    out.push_back(std::move(item));
  }
  return {};
}

Result<Root> write_root(Tree tree, int level, Items items, PackSink& sink, const TreeShape& shape) {
  while (items.size() > 1) {
    Items above;
    STELE_DO(write_branches(tree, ++level, items, sink, shape, above));
    items = std::move(above);
  }
  if (items.empty()) return Root();
  const Child& child = items.front().child;
  return Root{child.hash, sink.resolve(child.hash, child.place), child.count,
              static_cast<std::uint8_t>(level + 1)};
}

}  // namespace stele::tree
