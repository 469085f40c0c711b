// Any bytes, decoded as a leaf, as a node with its hash made right, and as a pack: an error or
// something sound, and no crash. A leaf that decodes is encoded and decoded again.
//
// Random bytes rarely look like a leaf, so the same bytes also say how to damage a sound one.

#include "base/check.h"
#include "base/testing_random.h"
#include "format/order.h"
#include "format/pack.h"

using namespace stele;
using namespace stele::format;

namespace {

void check_leaf(const Leaf& leaf) {
  for (std::uint32_t row = 0; row < leaf.size(); ++row) {
    STELE_CHECK(leaf.a()[row] < leaf.attributes().size());
    leaf.value(row);
    if (row > 0) STELE_CHECK(compare(leaf, row - 1, leaf, row) < 0);
  }
  const auto again = std::make_shared<const base::Bytes>(encode_leaf(leaf));
  const auto decoded = decode_leaf(*again, again);
  STELE_CHECK(decoded.ok());
  STELE_CHECK((*decoded)->size() == leaf.size());
  for (std::uint32_t row = 0; row < leaf.size(); ++row) {
    STELE_CHECK(compare(leaf, row, **decoded, row) == 0);
  }
}

// Forty entities with values of several kinds, in every encoding.
LeafPtr sound_leaf(Tree tree, std::uint64_t seed) {
  base::TestRandom random(seed);
  LeafBuilder builder(tree);
  const auto put = [&](std::uint64_t e, const Value& a, const Value& v) {
    const Cell cell =
        value::copy_cell(v.kind(), value::cell_of(v, builder.arena()), builder.arena());
    builder.add(e, a, v.kind(), cell, 100 + random.below(3), has_ended(tree) ? 200 + e : 0);
  };
  const Value a = Value::keyword("a"), b = Value::keyword("b"), c = Value::keyword("c");
  const auto value_of_a = [](std::uint64_t e) {
    return Value("/usr/share/doc/" + std::to_string(100 + e));
  };
  const auto value_of_b = [](std::uint64_t e) { return e < 20 ? Value(e) : Value("text"); };
  const auto value_of_c = [](std::uint64_t e) { return Value::keyword(e < 30 ? "few" : "others"); };
  const bool by_entity = tree == Tree::eavt || tree == Tree::past_eavt;
  for (std::uint64_t e = 0; e < 40; ++e) {
    put(e, a, value_of_a(e));
    if (by_entity) put(e, b, value_of_b(e));
    if (by_entity && e % 3 > 0) put(e, c, value_of_c(e));
  }
  for (std::uint64_t e = 0; !by_entity && tree != Tree::log && e < 40; ++e)
    put(e, b, value_of_b(e));
  for (std::uint64_t e = 0; !by_entity && tree != Tree::log && e < 40; ++e)
    put(e, c, value_of_c(e));
  return builder.finish();
}

// Three bytes of the input are one change: where, and what is flipped.
void check_damaged(base::ByteView input) {
  if (input.size() < 2) return;
  base::Bytes bytes = encode_leaf(*sound_leaf(static_cast<Tree>(input[0] % kTreeCount), input[1]));
  for (std::size_t i = 2; i + 3 <= input.size() && i < 14; i += 3) {
    bytes[base::load<std::uint16_t>(&input[i]) % bytes.size()] ^= input[i + 2];
  }
  const auto owner = std::make_shared<const base::Bytes>(std::move(bytes));
  const auto leaf = decode_leaf(*owner, owner);
  if (leaf.ok()) check_leaf(**leaf);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_damaged({data, size});
  const auto content = std::make_shared<const base::Bytes>(data, data + size);
  const auto leaf = decode_leaf(*content, content);
  if (leaf.ok()) check_leaf(**leaf);
  const Frame frame = encode_blob(*content);
  const auto node = decode_node(frame.bytes, frame.hash, Place());
  STELE_CHECK(node.ok() || node.error().category() == ErrorCategory::corrupt);
  const auto directory = read_pack_directory(*content);
  STELE_CHECK(directory.ok() || directory.error().code() == "pack/corrupt");
  return 0;
}
