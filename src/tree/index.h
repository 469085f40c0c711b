// Index: one sorted set of rows, as the runs it is made of: a tree in packs and an overlay on it.
// (A delta tree between the two will be one more run.) Reading it gives plain leaves.
//
// Thread safety: an Index is an immutable value; a Scan is used by one thread.
#pragma once

#include "tree/node_source.h"
#include "tree/overlay.h"

namespace stele::tree {

struct Index {
  Tree tree = Tree::eavt;
  Root base;
  OverlayPtr overlay;
  NodeSource* source = nullptr;  // kept alive by the database value that holds the index
  // Roots of all trees of the database, which a far source reads with the first of them; null:
  // none.
  std::shared_ptr<const std::vector<NodeRef>> roots = nullptr;

  // Rows in all: exact, O(1).
  std::uint64_t size() const {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(base.count) + overlay->net());
  }
};

// Rows from the first that does not come before `lower` to the last that begins with `upper`, or
// with upper_inclusive = false to the last that comes before it. No parts: open.
struct Range {
  Key lower;
  Key upper;
  bool upper_inclusive = true;

  static Range all() { return {}; }
  // All rows that begin with the key.
  static Range prefix(const Key& key) { return {key, key, true}; }
};

// Rows [begin, end) of a leaf.
struct Slice {
  LeafPtr leaf;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t size() const { return end - begin; }
};

// Reads a range slice by slice, ascending or descending. Announces the leaves that come next in
// growing batches, so that a cold scan costs rounds and not nodes. The cells that the range borrows
// must outlive the scan.
class Scan {
 public:
  enum class Direction { ascending, descending };
  Scan(const Index& index, const Range& range, Reader& reader,
       Direction direction = Direction::ascending);
  ~Scan();
  Scan(Scan&&) noexcept;

  // The next slice with at least one row. Descending: slices come last first; within a slice rows
  // stay ascending. False at the end, or when the reader is not ok.
  bool next(Slice& slice);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Exact number of rows in a range: branch counts, and the two leaves at its ends. O(height) nodes.
std::uint64_t count_rows(const Index& index, const Range& range, Reader& reader);

// The same from what is in memory, without reading anything: exact where the nodes are at hand,
// else interpolated. For planning, which must never cause a round.
std::uint64_t estimate_rows(const Index& index, const Range& range);

// For ascending keys of equally many parts, the rows that begin with each: slices[i] belongs to
// keys[i] and is empty where there are none; a key whose rows run over several leaves continues in
// `more`, by i. All nodes of one level are asked for together: O(height) rounds for any number of
// keys.
struct Probes {
  std::vector<Slice> slices;
  std::vector<std::pair<std::uint32_t, Slice>> more;
};
Probes probe(const Index& index, std::span<const Key> keys, Reader& reader);

}  // namespace stele::tree
