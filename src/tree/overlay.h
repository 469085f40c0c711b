// Overlay: the changes that were committed but not yet folded into a tree, in the tree's order.
//
// An overlay is normalised: it adds only rows that are not in the tree below and removes only rows
// that are, so that row counts stay exact. It is persistent: `apply` gives a new overlay that
// shares all but the touched chunks with the old one. Entries point at the changes inside
// transaction records, which the overlay keeps alive.
//
// In the trees of the present a fact (e, a, v) has at most one row. Its entry says whether the
// tree's row is removed and whether a new row stands in its place:
//   removed, no row      retracted
//   row                  asserted (it was not in the tree)
//   removed, row         retracted and asserted again, with a new transaction
// The trees of the past only ever gain rows; there rows are told apart by when they began
// and ended, too. Rows of the log are told apart by e.
//
// Thread safety: immutable; const use from any number of threads.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/arena.h"
#include "format/head.h"
#include "format/order.h"

namespace stele::tree {

using format::is_past;
using format::Key;
using format::Leaf;
using format::LeafPtr;
using format::Tree;

struct OverlayRow {
  const format::Change* change = nullptr;  // e, a and v of the row
  format::Cell v = 0;                      // the value as a cell, which the overlay keeps alive
  Kind kind = Kind::nil;                   // of v
  bool adds = false;                       // there is a new row
  bool removes = false;                    // the tree's row is gone
  std::uint64_t tx = 0;                    // of the row that is added
  std::uint64_t ended = 0;                 // past trees
  std::uint64_t digest = 0;                // identifies what the entry does, for cache keys
};

// One edit to an overlay, in the order of transactions.
struct OverlayEdit {
  enum class What : std::uint8_t { add, remove };
  What what = What::add;
  const format::Change* change = nullptr;
  std::uint64_t tx = 0;     // add: of the row. remove: of the row that is removed
  std::uint64_t ended = 0;  // add to a past tree
  // A well mixed name of this edit to this tree, which no other edit has. 0: its content names it.
  std::uint64_t digest = 0;
};

class Overlay;
using OverlayPtr = std::shared_ptr<const Overlay>;

class Overlay {
 public:
  static OverlayPtr empty(Tree tree);

  Tree tree() const { return tree_; }
  bool is_empty() const { return all_.rows == 0; }
  // Entries, and by how many rows it makes the tree larger (negative: smaller).
  std::uint64_t size() const { return all_.rows; }
  std::int64_t net() const { return all_.net; }

  // With the edits of one transaction applied in order. `owner` keeps the changes alive.
  // O(edits · log size + chunks touched · chunk size + chunks).
  OverlayPtr apply(std::vector<OverlayEdit> edits, std::shared_ptr<const void> owner) const;

  // A place between two entries: before the entry `row` of a chunk, or the end. Each place has one
  // cut: `row` is less than the chunk's size, but at the end, which is {chunk_count(), 0}.
  struct Cut {
    std::uint32_t chunk = 0;
    std::uint32_t row = 0;
    auto operator<=>(const Cut&) const = default;
  };
  Cut begin() const { return {}; }
  Cut end() const { return {chunk_count(), 0}; }
  // Before the first entry that does not come before the key, or that comes after all entries that
  // begin with it. O(log size).
  Cut cut_before(const Key& key) const;
  Cut cut_after(const Key& key) const;
  // Before the first entry in [from, to] that does not come before a row of a leaf. O(log size).
  Cut cut_before(const Leaf& leaf, std::uint32_t leaf_row, Cut from, Cut to) const;

  std::uint32_t chunk_count() const { return static_cast<std::uint32_t>(chunks_.size()); }
  std::span<const OverlayRow> chunk(std::uint32_t i) const;

  // The entries between two cuts.
  struct Slice {
    std::vector<std::span<const OverlayRow>> spans;
    std::uint64_t size = 0;
    std::int64_t net = 0;
    std::uint64_t digest = 0;  // combined over the entries; 0 only if there are none
    bool empty() const { return size == 0; }
  };
  Slice slice(Cut from, Cut to) const;  // O(chunks between)
  // Between two bounds. null = open. `lower` is where rows not before the key begin; `upper` where
  // rows beginning with the key end (or, if exclusive, begin).
  Slice slice(const Key* lower, const Key* upper, bool upper_inclusive) const;
  // Its `net` alone. O(log size).
  std::int64_t net(Cut from, Cut to) const { return sum_before(to).net - sum_before(from).net; }

  // What the entries point into: less than the overlay itself.
  std::shared_ptr<const void> changes() const;

 private:
  friend class OverlayEditor;
  struct Chunk;
  struct Owner;
  // Of all entries before some place. Digests are added up, which forgets their order.
  struct Sum {
    std::uint64_t rows = 0;
    std::int64_t net = 0;
    std::uint64_t digest = 0;
    void add(const OverlayRow& row);
    void add(const Sum& sum);
  };
  explicit Overlay(Tree tree) : tree_(tree) {}
  template <typename Before>
  Cut cut(Cut from, Cut to, Before before) const;
  Sum sum_before(Cut cut) const;

  Tree tree_;
  Sum all_;
  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::vector<Sum> before_;  // by chunk: of the chunks before it
  std::shared_ptr<const Owner> owners_;
};

// How many parts of a key tell any two rows of a tree apart (in the past besides when they ended).
constexpr int key_parts(Tree tree) { return tree == Tree::log ? 1 : is_past(tree) ? 4 : 3; }

// How an entry compares with a key, with another entry, and with a row of a leaf: sign over the
// key's parts, and over those that tell rows apart.
int compare(Tree tree, const OverlayRow& row, const Key& key);
int compare(Tree tree, const OverlayRow& a, const OverlayRow& b);
int compare(const OverlayRow& row, const Leaf& leaf, std::uint32_t leaf_row);
// The first row in [begin, end) that does not come before the entry. O(log distance).
std::uint32_t row_of(const OverlayRow& row, const Leaf& leaf, std::uint32_t begin,
                     std::uint32_t end);

// Rows [begin, end) of `leaf` (may be null: no rows) with a slice applied to them. The result keeps
// what it points into.
LeafPtr merge_overlay(Tree tree, const LeafPtr& leaf, std::uint32_t begin, std::uint32_t end,
                      const Overlay::Slice& slice, const Overlay& owner);
// A whole leaf.
LeafPtr merge_overlay(Tree tree, const LeafPtr& leaf, const Overlay::Slice& slice,
                      const Overlay& owner);

}  // namespace stele::tree
