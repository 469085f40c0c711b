#include "tree/pieces.h"

#include <algorithm>

#include "tree/node_cache.h"

namespace stele::tree {
namespace {

// Merging a piece copies the leaf's rows; up to this many chunks that is cheaper than the small
// slices that a scan would get instead.
constexpr std::uint32_t kChunksWhole = 4;

// The name of a merged piece. The hash of a leaf is well mixed already, and so is the digest.
Hash piece_key(Tree tree, const Hash& leaf, std::uint32_t begin, std::uint32_t end,
               const Overlay::Slice& slice) {
  const std::uint64_t rows = std::uint64_t{begin} << 32 | end;
  const std::uint64_t what = base::mix(static_cast<std::uint64_t>(tree) + 1, rows);
  Hash key;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto word = base::load<std::uint64_t>(leaf.bytes.data() + 8 * i);
    const std::uint64_t mixed = base::mix(base::mix(word, slice.digest + i), what ^ slice.size);
    std::memcpy(key.bytes.data() + 8 * i, &mixed, 8);
  }
  return key;
}

}  // namespace

Pieces::Pieces(const Index& index, const Hash& hash, LeafPtr leaf, const Cuts& cuts)
    : index_(index), hash_(hash), leaf_(std::move(leaf)), cuts_(cuts) {
  const std::uint32_t chunks =
      cuts.empty() ? 0 : cuts.to.chunk - cuts.from.chunk + (cuts.to.row > 0 ? 1 : 0);
  split_ = !leaf_ || chunks > kChunksWhole;
  count_ = split_ ? chunks : 1;
}

Cuts Pieces::cuts_of(std::uint32_t i) const {
  if (!split_) return cuts_;
  Cuts cuts = cuts_;
  if (i > 0) cuts.from = {cuts_.from.chunk + i, 0};
  if (i + 1 < count_) cuts.to = {cuts_.from.chunk + i + 1, 0};
  return cuts;
}

// Where the leaf's rows of piece i begin.
std::uint32_t Pieces::row_at(std::uint32_t i) const {
  if (!leaf_ || i == 0) return 0;
  if (i == count_) return leaf_->size();
  return row_of(index_.overlay->chunk(cuts_.from.chunk + i).front(), *leaf_, 0, leaf_->size());
}

Slice Pieces::get(std::uint32_t i, Reader& reader) const {
  const std::uint32_t begin = row_at(i);
  const std::uint32_t end = row_at(i + 1);
  const Cuts cuts = cuts_of(i);
  if (cuts.empty()) return {leaf_, begin, end};
  const auto slice = index_.overlay->slice(cuts.from, cuts.to);
  const Hash key = piece_key(index_.tree, hash_, begin, end, slice);
  const auto merge = [&] {
    return merge_overlay(index_.tree, leaf_, begin, end, slice, *index_.overlay);
  };
  NodePtr node = reader.find_pinned(key);
  if (!node) {
    NodeCache& cache = index_.source->cache();
    node = cache.find(key);
    if (!node) node = cache.insert(key, merge());
    reader.pin(key, node);
  }
  const LeafPtr merged = as_leaf(node);
  return {merged, 0, merged->size()};
}

// How many pieces after the first start with an entry that compares at most so with the key.
std::uint32_t Pieces::count_starting(const Key& key, int order_max) const {
  std::uint32_t low = 0;
  std::uint32_t high = count_ - 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const OverlayRow& entry = index_.overlay->chunk(cuts_.from.chunk + middle + 1).front();
    if (compare(index_.tree, entry, key) <= order_max) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

ChildRange Pieces::in(const Range& range) const {
  ChildRange found{0, count_ - 1};
  if (count_ == 1) return found;
  Key room;
  if (range.lower.parts > 0) {
    found.first = count_starting(routing_key(index_.tree, range.lower, room), -1);
  }
  if (range.upper.parts > 0) {
    found.last = count_starting(routing_key(index_.tree, range.upper, room), 0);
  }
  found.last = std::max(found.first, found.last);
  return found;
}

ChildRange Pieces::beginning_with(const Key& key) const {
  if (count_ == 1) return {0, 0};
  Key room;
  const Key& routing = routing_key(index_.tree, key, room);
  return {count_starting(routing, -1), count_starting(routing, 0)};
}

}  // namespace stele::tree
