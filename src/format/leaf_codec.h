// LeafEncoder, LeafDecoder: the rows of a leaf as bytes, without the header before them. A branch
// holds its separators in the same form.
//
// Not thread safe.
#pragma once

#include "format/entity_shapes.h"
#include "format/leaf.h"
#include "format/value_column.h"

namespace stele::format {

// In eavt, past_eavt and log entities are contiguous, elsewhere attributes are.
constexpr bool is_by_entity(Tree tree) {
  return tree == Tree::eavt || tree == Tree::past_eavt || tree == Tree::log;
}

// How columns e and a lie where entities are contiguous. Persisted: the numbers never change.
enum class EntityLayout : std::uint8_t {
  columns = 0,  // a code for every row, then an entity for every row
  shapes = 1,   // entity_shapes.h
};

class LeafEncoder {
 public:
  void encode(const Leaf& leaf, base::Bytes& out);

 private:
  void encode_entities(const Leaf& leaf, base::Bytes& out);
  void encode_entity_columns(const Leaf& leaf, base::Bytes& out);
  void encode_entity_shapes(base::Bytes& out);
  void encode_attribute_counts(const Leaf& leaf, base::Bytes& out);
  void encode_values(const Leaf& leaf, base::Bytes& out);

  ValueEncoder values_;
  EntityShapes shapes_;
  base::Bytes trial_;
  Array<std::uint64_t> numbers_;
  Array<Cell> cells_;
  Array<Kind> kinds_;
};

class LeafDecoder {
 public:
  // Of `rows` rows. `size` are the bytes of the whole node, for estimates.
  LeafDecoder(Tree tree, std::uint32_t rows, std::size_t size);
  Result<LeafPtr> decode(base::ByteReader& in, std::shared_ptr<const void> owner);

 private:
  bool decode_attributes(base::ByteReader& in);
  bool decode_entity_columns(base::ByteReader& in);
  bool decode_entity_shapes(base::ByteReader& in);
  bool read_shapes(base::ByteReader& in, std::uint64_t count);
  bool every_attribute_occurs() const;
  bool decode_attribute_counts(base::ByteReader& in);
  bool decode_entities(base::ByteReader& in);
  bool decode_numbers(base::ByteReader& in, Array<std::uint64_t>& into);
  bool decode_values(base::ByteReader& in);
  bool decode_contiguous_values(base::ByteReader& in);
  void set_kind(std::size_t code, std::uint8_t kind);

  std::shared_ptr<Leaf> leaf_;
  std::uint32_t rows_;
  ValueDecoder values_;
  Array<std::uint64_t> numbers_;
  Array<Kind> kinds_;

  // Of shapes: where each begins in shape_codes_, and one end more.
  Array<std::uint64_t> shape_begins_;
  Array<std::uint16_t> shape_codes_;
};

// Do the rows ascend strictly in the order of their tree? The first that does not, or size().
std::uint32_t first_out_of_order(const Leaf& leaf);

}  // namespace stele::format
