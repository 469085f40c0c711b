// Leaf: a few thousand rows of one index, as columns.
//
// A row is a fact (e, a, v, tx); in the trees of the past also the transaction that ended it. Rows
// lie in the order of their tree. The log is a tree of the same shape: e is the transaction's id,
// v its entry (bytes), tx its instant in ms and ended the greatest instant so far.
//
// Leaves are what everything above reads: nodes decode to them, overlays are merged into them and
// views filter them. A Leaf is immutable once shared; const use from any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "format/array.h"
#include "value/cell.h"

namespace stele::format {

using value::Cell;

// Which tree a node belongs to. Persisted: the numbers never change.
enum class Tree : std::uint8_t {
  eavt = 0,
  aevt = 1,
  avet = 2,
  past_eavt = 3,
  past_aevt = 4,
  past_avet = 5,
  log = 6,
};
inline constexpr int kTreeCount = 7;
constexpr bool is_past(Tree t) { return t >= Tree::past_eavt && t <= Tree::past_avet; }
constexpr bool has_ended(Tree t) { return t >= Tree::past_eavt; }
std::string_view name(Tree tree);

// An attribute that occurs in a leaf, and the kind of its values there.
struct LeafAttribute {
  Value attribute;
  Kind kind = Kind::nil;
  bool mixed = false;  // its rows differ in kind: ask Leaf::kind(row)
};

class Node {
 public:
  virtual ~Node() = default;
  Tree tree() const { return tree_; }
  // 0 for a leaf, one more than its children for a branch.
  int level() const { return level_; }
  bool is_leaf() const { return level_ == 0; }
  // Memory it holds, for caches.
  std::size_t bytes() const { return bytes_; }

 protected:
  Node(Tree tree, int level) : tree_(tree), level_(level) {}
  Tree tree_;
  int level_;
  std::size_t bytes_ = 0;
};
using NodePtr = std::shared_ptr<const Node>;

class Leaf final : public Node {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(e_.size()); }

  // Columns in row order, all of size() rows (ended: only where has_ended(tree())).
  std::span<const std::uint64_t> e() const { return e_.all(); }
  std::span<const std::uint16_t> a() const { return a_.all(); }  // codes: positions in attributes()
  std::span<const Cell> v() const { return v_.all(); }
  std::span<const std::uint64_t> tx() const { return tx_.all(); }
  std::span<const std::uint64_t> ended() const { return ended_.all(); }
  // Ascending by compare(), so that codes compare as their attributes do.
  std::span<const LeafAttribute> attributes() const { return attributes_; }

  const Value& attribute(std::uint32_t row) const { return attributes_[a_[row]].attribute; }
  Kind kind(std::uint32_t row) const {
    const auto& attribute = attributes_[a_[row]];
    return attribute.mixed ? kinds_[row] : attribute.kind;
  }
  Value value(std::uint32_t row) const { return value::value_of(kind(row), v_[row]); }
  // The code of an attribute, or -1 if it does not occur. O(log attributes).
  int code_of(const Value& attribute) const;
  // How many of its attributes come before this one. O(log attributes).
  std::uint32_t attributes_before(const Value& attribute) const;
  // About as many bytes as encode_leaf gives.
  std::size_t bytes_estimate() const { return bytes_estimate_; }

 private:
  friend class LeafBuilder;
  friend class LeafDecoder;
  friend class LeafEncoder;
  explicit Leaf(Tree tree) : Node(tree, 0) {}
  void count_bytes();

  Array<std::uint64_t> e_, tx_, ended_;
  Array<std::uint16_t> a_;
  Array<Cell> v_;
  Array<Kind> kinds_;  // empty unless some attribute is mixed
  std::vector<LeafAttribute> attributes_;
  base::Arena arena_;
  std::vector<std::shared_ptr<const void>> owners_;  // what pointer cells point into
  std::size_t owned_bytes_ = 0;                      // of the owners, as far as it is known
  std::size_t bytes_estimate_ = 0;
};
using LeafPtr = std::shared_ptr<const Leaf>;

// Puts rows together into a leaf. Rows are given in the order of the tree; attributes in any.
class LeafBuilder {
 public:
  explicit LeafBuilder(Tree tree, std::size_t rows_expected = 0);
  ~LeafBuilder();

  // A row whose cell points into something that `own` or `arena` keeps alive.
  void add(std::uint64_t e, const Value& attribute, Kind kind, Cell v, std::uint64_t tx,
           std::uint64_t ended = 0);
  // Rows [begin, end) of another leaf of the same columns, which the caller lets this one own; it
  // must live until finish(). Little more than copying memory, however often a leaf comes again.
  void add_rows(const Leaf& from, std::uint32_t begin, std::uint32_t end);
  // The same rows under other transactions: row i has tx[i], and all have `ended` where this leaf
  // has that column. The other leaf's columns need not be the same.
  void add_rows(const Leaf& from, std::uint32_t begin, std::uint32_t end,
                std::span<const std::uint64_t> tx, std::uint64_t ended);

  base::Arena& arena();
  void own(std::shared_ptr<const void> owner);
  std::uint32_t size() const;
  // About as many bytes as the encoded leaf would have, rather more: for splitting.
  std::size_t bytes_estimate() const;

  LeafPtr finish();  // the builder is empty and usable afterwards

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The bytes of a leaf at rest, as docs/format.md describes them. At most kLeafRowsMax rows,
// ascending strictly. The same rows give the same bytes, however the leaf was made.
base::Bytes encode_leaf(const Leaf& leaf);

// From untrusted bytes. The leaf shares `owner`, which `content` points into. Checks everything
// that can be checked without the rest of the tree: lengths, kinds, texts, counts and that rows
// ascend strictly. Error: `corrupt` `:node/corrupt` with the offset inside `content`.
Result<LeafPtr> decode_leaf(base::ByteView content, std::shared_ptr<const void> owner);

}  // namespace stele::format
