// Runs: rows picked out of leaves, and leaves made of them.
//
// Views in time pick rows as runs, which cost nothing where whole stretches of the present are as
// they were.
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
  bool ends = false;  // histories: what ended the fact, not what began it; only of the past
  std::uint32_t size() const { return end - begin; }
  bool is_past() const { return format::is_past(from->leaf->tree()); }
};
using Runs = std::vector<Run>;

// Adds the run, or makes the last one longer if it goes on there.
void append_run(Runs& runs, const Run& run);

inline format::Tree present_tree(IndexOrder order) { return static_cast<format::Tree>(order); }
inline format::Tree past_tree(IndexOrder order) {
  return static_cast<format::Tree>(static_cast<int>(order) + 3);
}

// Makes slices of runs: long runs of the present are handed through, all else is collected into new
// leaves. For a tree of the present these are of the present's shape; for one of the past they are
// leaves of events, see is_added.
class RunAssembler {
 public:
  struct KeySlice {
    std::uint32_t key;
    Slice slice;
  };

  explicit RunAssembler(format::Tree tree) : tree_(tree), makes_events_(format::is_past(tree)) {}
  // All runs in order. Answers the slices of each key in order; only between keys that have a
  // single slice the order may differ.
  std::vector<KeySlice> assemble(const Runs& runs);

 private:
  void collect(const Run& run);
  void add_rows(const Run& run);
  void finish_leaf();
  void own(const Run& run);

  format::Tree tree_;
  bool makes_events_;
  std::optional<format::LeafBuilder> builder_;         // from the first row that is copied
  const format::Leaf* owned_[2] = {nullptr, nullptr};  // last of the present, last of the past
  std::vector<Run> stretches_;  // of the leaf that is being built; without `from`
  std::vector<KeySlice> answer_;
};

}  // namespace stele::db
