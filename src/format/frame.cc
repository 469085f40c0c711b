// Frames: nodes and blobs at rest. What a branch looks like is in here; leaves are in leaf_codec.h.

#include <algorithm>
#include <map>

#include "base/check.h"
#include "format/branch.h"
#include "format/columns.h"
#include "format/leaf_codec.h"
#include "format/limits.h"
#include "format/node_header.h"
#include "format/tx_record.h"

namespace stele::format {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteView;
using base::ByteWriter;

ByteView view_of(const Hash& hash) { return hash.bytes; }

Frame make_frame(ByteView content, ByteView hints) {
  Frame frame;
  frame.hash = base::sha256(content);
  frame.bytes.reserve(base::kVarintBytesMax + content.size() + hints.size());
  ByteWriter writer(frame.bytes);
  writer.sized(content);
  writer.bytes(hints);
  return frame;
}

// ---- Branches -----------------------------------------------------------------------------------

Bytes encode_branch(const Branch& branch) {
  STELE_CHECK(branch.children().size() <= kBranchChildrenMax && branch.level() <= kBranchLevelMax);
  Bytes out;
  write_header({NodeKind::branch, branch.tree()}, out);
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(branch.level()));
  writer.varint(branch.children().size());
  std::vector<std::uint64_t> counts;
  for (const Child& child : branch.children()) {
    writer.bytes(view_of(child.hash));
    counts.push_back(child.count);
  }
  IntegerEncoder().encode(counts, out);
  if (branch.separators().size() > 0) LeafEncoder().encode(branch.separators(), out);
  return out;
}

// The packs that occur, zero first if it does, and columns of positions, offsets and lengths.
Bytes encode_hints(const Branch& branch) {
  std::map<Hash, std::uint64_t> packs;
  for (const Child& child : branch.children()) packs.emplace(child.place.pack, 0);
  Bytes out;
  ByteWriter writer(out);
  writer.varint(packs.size());
  std::uint64_t next = 0;
  for (auto& [pack, position] : packs) {
    position = next++;
    writer.bytes(view_of(pack));
  }
  std::vector<std::uint64_t> positions, offsets, lengths;
  for (const Child& child : branch.children()) {
    positions.push_back(packs[child.place.pack]);
    offsets.push_back(child.place.offset);
    lengths.push_back(child.place.length);
  }
  IntegerEncoder encoder;
  for (const auto& column : {positions, offsets, lengths}) encoder.encode(column, out);
  return out;
}

Result<std::vector<Child>> decode_children(ByteReader& in) {
  const std::uint64_t count = in.varint();
  if (!in.ok() || count == 0 || count > kBranchChildrenMax || count * 32 > in.left()) {
    return corrupt_node("the number of children cannot be", 5);
  }
  std::vector<Child> children(static_cast<std::size_t>(count));
  for (Child& child : children) child.hash = read_hash(in);
  const std::size_t at = in.offset();
  std::vector<std::uint64_t> counts(children.size());
  IntegerDecoder().decode(in, counts);
  if (!in.ok()) return corrupt_node("counts cannot be read", at);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0 || counts[i] > kRowsMax) return corrupt_node("a count cannot be", at);
    children[i].count = counts[i];
  }
  return children;
}

// Into the places of the children. `here` is the pack that was read.
bool decode_hints(ByteView hints, const Hash& here, std::vector<Child>& children) {
  ByteReader in(hints);
  const std::uint64_t pack_count = in.varint();
  if (!in.ok() || pack_count == 0 || pack_count > children.size()) return false;
  std::vector<Hash> packs;
  for (std::uint64_t i = 0; i < pack_count; ++i) {
    const Hash pack = read_hash(in);
    packs.push_back(pack.is_zero() ? here : pack);
  }
  std::vector<std::uint64_t> positions(children.size()), offsets(children.size()),
      lengths(children.size());
  IntegerDecoder decoder;
  for (auto* column : {&positions, &offsets, &lengths}) decoder.decode(in, *column);
  if (!in.ok() || in.left() > 0) return false;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (positions[i] >= pack_count || lengths[i] > UINT32_MAX) return false;
    children[i].place = {packs[static_cast<std::size_t>(positions[i])], offsets[i],
                         static_cast<std::uint32_t>(lengths[i])};
  }
  return true;
}

using Owner = std::shared_ptr<const void>;

Result<NodePtr> decode_branch(ByteView content, ByteView hints, const Owner& owner,
                              const Place& place) {
  ByteReader in(content);
  auto header = read_header(in);
  if (!header.ok()) return std::move(header).error();
  const int level = in.u8();
  if (level < 1 || level > kBranchLevelMax) return corrupt_node("the level cannot be", 4);
  auto children = decode_children(in);
  if (!children.ok()) return std::move(children).error();
  LeafPtr separators = LeafBuilder(header->tree).finish();
  if (children->size() > 1) {
    const auto rows = static_cast<std::uint32_t>(children->size() - 1);
    auto decoded = LeafDecoder(header->tree, rows, content.size()).decode(in, owner);
    if (!decoded.ok()) return std::move(decoded).error();
    separators = std::move(*decoded);
  }
  if (in.left() > 0) return corrupt_node("bytes follow the branch", in.offset());
  if (!decode_hints(hints, place.pack, *children)) {
    return corrupt_node("places of children cannot be read", content.size());
  }
  return NodePtr(std::make_shared<Branch>(header->tree, level, std::move(*children), separators));
}

// ---- Frames -------------------------------------------------------------------------------------

struct Parts {
  ByteView content;
  ByteView hints;
};

Error because_of_hash(const Hash& expected) {
  return corrupt("node/hash", base::text("the bytes read are not those of node ", expected.hex()))
      .with("node", Value(expected.hex()));
}

Result<Parts> split_frame(ByteView frame, const Hash& expected) {
  ByteReader in(frame);
  const ByteView content = in.sized();
  if (!in.ok() || content.size() > kNodeBytesMax || base::sha256(content) != expected) {
    return because_of_hash(expected);
  }
  return Parts{content, in.bytes(in.left())};
}

bool is_branch(ByteView content) {
  return content.size() > 2 && content[2] == static_cast<std::uint8_t>(NodeKind::branch);
}

Error in_node(const Error& error, const Hash& hash, const Place& place) {
  return error.with("node", Value(hash.hex()))
      .with("pack", Value(place.pack.hex()))
      .with("pack-offset", Value(place.offset));
}

}  // namespace

Frame encode_node(const Leaf& leaf) { return make_frame(encode_leaf(leaf), {}); }
Frame encode_node(const Branch& branch) {
  return make_frame(encode_branch(branch), encode_hints(branch));
}
Frame encode_blob(ByteView content) { return make_frame(content, {}); }

Result<NodePtr> decode_node(Bytes frame, const Hash& expected, const Place& place) {
  const auto owner = std::make_shared<const Bytes>(std::move(frame));
  auto parts = split_frame(*owner, expected);
  if (!parts.ok()) return in_node(parts.error(), expected, place);
  if (is_branch(parts->content)) {
    auto branch = decode_branch(parts->content, parts->hints, owner, place);
    if (!branch.ok()) return in_node(branch.error(), expected, place);
    return branch;
  }
  auto leaf = decode_leaf(parts->content, owner);
  if (!leaf.ok()) return in_node(leaf.error(), expected, place);
  if (!parts->hints.empty()) {
    return in_node(corrupt_node("bytes follow the leaf", parts->content.size()), expected, place);
  }
  return NodePtr(std::move(*leaf));
}

Result<Bytes> decode_blob(ByteView frame, const Hash& expected) {
  auto parts = split_frame(frame, expected);
  if (!parts.ok()) return std::move(parts).error();
  if (!parts->hints.empty()) return corrupt_node("bytes follow the blob", parts->content.size());
  return Bytes(parts->content.begin(), parts->content.end());
}

}  // namespace stele::format
