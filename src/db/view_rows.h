// Rows of a view in time, picked out of the trees of the present and of the past.
//
// A fact is true in the view if its assertion is visible and its end is not: then its row lies in
// the tree of the present, or in that of the past with an end that the view does not see. Rows are
// picked as runs, which cost nothing where whole stretches of the present are as they were.
#pragma once

#include "db/access.h"

namespace stele::db {

// Rows [begin, end) of a slice's leaf; the slice outlives the run. Runs of a probe say which of its
// keys they belong to.
struct Run {
  const Slice* from = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t key = 0;
  std::uint32_t size() const { return end - begin; }
  bool is_past() const { return format::is_past(from->leaf->tree()); }
};
using Runs = std::vector<Run>;

inline format::Tree present_tree(IndexOrder order) { return static_cast<format::Tree>(order); }
inline format::Tree past_tree(IndexOrder order) {
  return static_cast<format::Tree>(static_cast<int>(order) + 3);
}

// Rows of the present and of the past that lie together in the order.
struct Parts {
  Slice present;
  Slice past;
};
// Takes off as many rows as can be merged without knowing what comes next: all of the slice that
// ends first (descending: begins last), and what the other has up to there.
Parts cut(Slice& present, Slice& past, Scan::Direction direction);

// Appends the rows of both that are true in the view, in the order of their trees. If the view sees
// backdated transactions they are only candidates: see keep_replayed.
void pick_rows(const View::Visible& visible, const Slice& present, const Slice& past,
               std::uint32_t key, Runs& runs);

// Where backdated transactions are visible and others before them are not, the candidates can
// contradict each other: two values of a cardinality-one attribute, a fact twice, a fact whose
// visible retraction ended an invisible assertion of it. This leaves the rows that replaying the
// visible transactions, in order of their ids, would leave. Reads the entities' rows: such views
// are rare, and are right before they are fast.
void keep_replayed(const View& view, Runs& runs, Reader& reader);

// Makes slices of runs: long runs of the present are handed through, all else is collected into new
// leaves of the present's shape.
class RunAssembler {
 public:
  struct KeySlice {
    std::uint32_t key;
    Slice slice;
  };

  explicit RunAssembler(format::Tree tree) : builder_(tree) {}
  // All runs in order. Answers the slices of each key in order; only between keys that have a
  // single slice the order may differ.
  std::vector<KeySlice> assemble(const Runs& runs);

 private:
  void collect(const Run& run);
  void finish_leaf();
  void own(const Run& run);

  format::LeafBuilder builder_;
  const format::Leaf* owned_[2] = {nullptr, nullptr};  // last of the present, last of the past
  std::vector<Run> stretches_;  // of the leaf that is being built; without `from`
  std::vector<KeySlice> answer_;
};

}  // namespace stele::db
