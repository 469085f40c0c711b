// Branch: an inner node. It names its children by hash, says how many rows each holds, and keeps
// between every two of them a separator, so that searching it is searching a leaf.
//
// Where a child lies is a hint outside the branch's identity: compaction moves nodes without
// changing a single hash.
#pragma once

#include <vector>

#include "base/hash.h"
#include "format/leaf.h"

namespace stele::format {

using base::Hash;

// Where a node's frame lies: a hint. A zero `pack` means "the pack this hint itself lies in".
struct Place {
  Hash pack;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};

struct Child {
  Hash hash;
  std::uint64_t count = 0;  // rows below
  Place place;
};

class Branch final : public Node {
 public:
  // `separators` has one row fewer than there are children: row i is greater than every row of
  // child i and not greater than any of child i + 1.
  Branch(Tree tree, int level, std::vector<Child> children, LeafPtr separators);

  std::span<const Child> children() const { return children_; }
  const Leaf& separators() const { return *separators_; }
  std::uint64_t count() const { return prefix_.back(); }
  // Rows below children [0, i).
  std::uint64_t count_before(std::size_t i) const { return prefix_[i]; }

 private:
  std::vector<Child> children_;
  std::vector<std::uint64_t> prefix_;
  LeafPtr separators_;
};
using BranchPtr = std::shared_ptr<const Branch>;

// A separator between the last row of one node and the first of the next, as short as it can be:
// it keeps only as much of a long string or byte value as tells the two apart. Adds it to `out`.
// The left row comes before the right one: callers have checked what they read from outside.
void add_separator(LeafBuilder& out, const Leaf& left, std::uint32_t left_row, const Leaf& right,
                   std::uint32_t right_row);

// A node at rest is a *frame*: what its hash covers (content), then what it does not (hints).
//   frame = varint content length, content, hints
struct Frame {
  base::Bytes bytes;
  Hash hash;  // SHA-256 of the content
};
Frame encode_node(const Leaf& leaf);
Frame encode_node(const Branch& branch);
// Log segments, schemas and other opaque contents travel in frames, too.
Frame encode_blob(base::ByteView content);

// Decodes a frame read at `place` (whose pack replaces zero packs in hints) after checking that its
// content hashes to `expected`. Errors: `corrupt` `:node/hash`, `:node/corrupt`.
Result<NodePtr> decode_node(base::Bytes frame, const Hash& expected, const Place& place);
Result<base::Bytes> decode_blob(base::ByteView frame, const Hash& expected);

}  // namespace stele::format
