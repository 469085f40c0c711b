#include "base/check.h"
#include "format/leaf_codec.h"
#include "format/limits.h"
#include "format/node_header.h"
#include "format/rows_by_attribute.h"

namespace stele::format {

using base::Bytes;
using base::ByteWriter;

void LeafEncoder::encode_entity_columns(const Leaf& leaf, Bytes& out) {
  out.push_back(static_cast<std::uint8_t>(EntityLayout::columns));
  numbers_.clear();
  for (const std::uint16_t code : leaf.a()) numbers_.push_back(code);
  values_.integers().encode(numbers_.all(), out);
  values_.integers().encode(leaf.e(), out);
}

void LeafEncoder::encode_entity_shapes(Bytes& out) {
  out.push_back(static_cast<std::uint8_t>(EntityLayout::shapes));
  ByteWriter writer(out);
  writer.varint(shapes_.entities().size());
  writer.varint(shapes_.lengths().size());
  values_.integers().encode(shapes_.lengths(), out);
  values_.integers().encode(shapes_.codes(), out);
  values_.integers().encode(shapes_.entities(), out);
  values_.integers().encode(shapes_.shape_of_entities(), out);
}

// Where shapes are few they are shorter; else both are tried.
void LeafEncoder::encode_entities(const Leaf& leaf, Bytes& out) {
  if (!shapes_.find(leaf.e(), leaf.a())) return encode_entity_columns(leaf, out);
  const std::size_t begin = out.size();
  encode_entity_shapes(out);
  if (shapes_.lengths().size() * 16 <= shapes_.entities().size()) return;
  trial_.clear();
  encode_entity_columns(leaf, trial_);
  if (trial_.size() > out.size() - begin) return;
  out.resize(begin);
  out.insert(out.end(), trial_.begin(), trial_.end());
}

void LeafEncoder::encode_attribute_counts(const Leaf& leaf, Bytes& out) {
  numbers_.resize(leaf.attributes().size());
  std::fill_n(numbers_.data(), numbers_.size(), 0);
  for (const std::uint16_t code : leaf.a()) ++numbers_[code];
  values_.integers().encode(numbers_.all(), out);
}

void LeafEncoder::encode_values(const Leaf& leaf, Bytes& out) {
  const RowsByAttribute rows(leaf.a(), leaf.attributes().size());
  for (std::size_t code = 0; code < leaf.attributes().size(); ++code) {
    const auto of_attribute = rows.of(code);
    cells_.clear();
    for (const std::uint32_t row : of_attribute) cells_.push_back(leaf.v()[row]);
    if (!leaf.attributes()[code].mixed) {
      values_.encode(leaf.attributes()[code].kind, cells_.all(), out);
      continue;
    }
    kinds_.clear();
    for (const std::uint32_t row : of_attribute) kinds_.push_back(leaf.kind(row));
    values_.encode(kinds_.all(), cells_.all(), out);
  }
}

void LeafEncoder::encode(const Leaf& leaf, Bytes& out) {
  STELE_CHECK(leaf.size() <= kLeafRowsMax);
  ByteWriter(out).varint(leaf.attributes().size());
  for (const LeafAttribute& each : leaf.attributes()) value::write_value(each.attribute, out);
  if (is_by_entity(leaf.tree())) {
    if (leaf.size() > 0) encode_entities(leaf, out);
  } else {
    encode_attribute_counts(leaf, out);
    values_.integers().encode(leaf.e(), out);
  }
  values_.integers().encode(leaf.tx(), out);
  values_.integers().encode(leaf.ended(), out);
  encode_values(leaf, out);
}

base::Bytes encode_leaf(const Leaf& leaf) {
  base::Bytes out;
  out.reserve(leaf.bytes_estimate() + 256);
  write_header({NodeKind::leaf, leaf.tree()}, out);
  ByteWriter(out).varint(leaf.size());
  LeafEncoder().encode(leaf, out);
  return out;
}

}  // namespace stele::format
