// The first bytes of every node's content: magic, version, what it is, which tree.
#pragma once

#include "base/bytes.h"
#include "format/corrupt.h"
#include "format/leaf.h"
#include "format/limits.h"

namespace stele::format {

inline constexpr std::uint8_t kNodeMagic = 0xd1;

// Persisted: the numbers never change.
enum class NodeKind : std::uint8_t { leaf = 0, branch = 1 };

struct NodeHeader {
  NodeKind kind = NodeKind::leaf;
  Tree tree = Tree::eavt;
};

inline void write_header(NodeHeader header, base::Bytes& out) {
  base::ByteWriter writer(out);
  writer.u8(kNodeMagic);
  writer.u8(kFormatVersion);
  writer.u8(static_cast<std::uint8_t>(header.kind));
  writer.u8(static_cast<std::uint8_t>(header.tree));
}

inline Result<NodeHeader> read_header(base::ByteReader& in) {
  const std::uint8_t magic = in.u8(), version = in.u8(), kind = in.u8(), tree = in.u8();
  if (!in.ok()) return corrupt_node("the node ends within its header", 0);
  if (magic != kNodeMagic) return corrupt_node("these bytes are no node", 0);
  if (version > kFormatVersion) return corrupt_node("the node's version is unknown", 1);
  if (kind > static_cast<std::uint8_t>(NodeKind::branch)) return corrupt_node("unknown kind", 2);
  if (tree >= kTreeCount) return corrupt_node("unknown tree", 3);
  return NodeHeader{static_cast<NodeKind>(kind), static_cast<Tree>(tree)};
}

}  // namespace stele::format
