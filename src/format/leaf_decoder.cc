#include <algorithm>
#include <utility>

#include "format/leaf_codec.h"
#include "format/limits.h"
#include "format/node_header.h"
#include "format/order.h"
#include "format/rows_by_attribute.h"

namespace stele::format {

using base::ByteReader;

LeafDecoder::LeafDecoder(Tree tree, std::uint32_t rows, std::size_t size)
    : leaf_(new Leaf(tree)), rows_(rows), values_(leaf_->arena_) {
  leaf_->bytes_estimate_ = size;
  leaf_->owned_bytes_ = size;
}

bool LeafDecoder::decode_attributes(ByteReader& in) {
  const std::uint64_t count = in.varint();
  if (count > rows_ || (count == 0) != (rows_ == 0)) return false;
  auto& attributes = leaf_->attributes_;
  attributes.reserve(std::min<std::size_t>(static_cast<std::size_t>(count), in.left()));
  for (std::uint64_t i = 0; i < count; ++i) {
    Value attribute = value::read_value(in);
    if (!in.ok()) return false;
    if (i > 0 && compare(attributes.back().attribute, attribute) >= 0) return false;
    attributes.push_back({std::move(attribute), Kind::nil, false});
  }
  return true;
}

bool LeafDecoder::every_attribute_occurs() const {
  std::vector<std::uint8_t> occurs(leaf_->attributes_.size());
  for (const std::uint16_t code : leaf_->a_) occurs[code] = 1;
  return std::find(occurs.begin(), occurs.end(), 0) == occurs.end();
}

bool LeafDecoder::decode_entity_columns(ByteReader& in) {
  if (!decode_numbers(in, numbers_)) return false;
  leaf_->a_.resize(rows_);
  const std::size_t attributes = leaf_->attributes_.size();
  for (std::uint32_t row = 0; row < rows_; ++row) {
    if (numbers_[row] >= attributes) return false;
    leaf_->a_[row] = static_cast<std::uint16_t>(numbers_[row]);
  }
  return decode_numbers(in, leaf_->e_);
}

// `count` shapes. Each is that of an entity, so that together they have no more codes than rows.
bool LeafDecoder::read_shapes(ByteReader& in, std::uint64_t count) {
  shape_begins_.resize(static_cast<std::size_t>(count) + 1);
  values_.integers().decode(in, shape_begins_.all().first(static_cast<std::size_t>(count)));
  if (!in.ok()) return false;
  std::uint64_t sum = 0;
  for (std::size_t shape = 0; shape < count; ++shape) {
    const std::uint64_t length = std::exchange(shape_begins_[shape], sum);
    if (length == 0 || length > rows_ - sum) return false;
    sum += length;
  }
  shape_begins_[static_cast<std::size_t>(count)] = sum;
  numbers_.resize(static_cast<std::size_t>(sum));
  values_.integers().decode(in, numbers_.all());
  if (!in.ok()) return false;
  shape_codes_.clear();
  for (const std::uint64_t code : numbers_) {
    if (code >= leaf_->attributes_.size()) return false;
    shape_codes_.push_back(static_cast<std::uint16_t>(code));
  }
  return true;
}

bool LeafDecoder::decode_entity_shapes(ByteReader& in) {
  const std::uint64_t entities = in.varint();
  const std::uint64_t shapes = in.varint();
  if (!in.ok() || entities > rows_ || shapes > entities || shapes == 0) return false;
  if (!read_shapes(in, shapes)) return false;
  Array<std::uint64_t> shape_of_entities;
  numbers_.resize(static_cast<std::size_t>(entities));
  shape_of_entities.resize(static_cast<std::size_t>(entities));
  values_.integers().decode(in, numbers_.all());
  values_.integers().decode(in, shape_of_entities.all());
  if (!in.ok()) return false;
  leaf_->e_.resize(rows_);
  leaf_->a_.resize(rows_);
  std::size_t row = 0;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (shape_of_entities[i] >= shapes) return false;
    const std::uint64_t* const begin =
        &shape_begins_[static_cast<std::size_t>(shape_of_entities[i])];
    const auto length = static_cast<std::size_t>(begin[1] - begin[0]);
    if (length > rows_ - row) return false;
    for (std::size_t at = static_cast<std::size_t>(begin[0]); at < begin[1]; ++at, ++row) {
      leaf_->a_[row] = shape_codes_[at];
      leaf_->e_[row] = numbers_[i];
    }
  }
  return row == rows_;
}

bool LeafDecoder::decode_attribute_counts(ByteReader& in) {
  numbers_.resize(leaf_->attributes_.size());
  values_.integers().decode(in, numbers_.all());
  if (!in.ok()) return false;
  leaf_->a_.resize(rows_);
  std::size_t row = 0;
  for (std::size_t code = 0; code < numbers_.size(); ++code) {
    if (numbers_[code] == 0 || numbers_[code] > rows_ - row) return false;
    const auto count = static_cast<std::size_t>(numbers_[code]);
    std::fill_n(leaf_->a_.data() + row, count, static_cast<std::uint16_t>(code));
    row += count;
  }
  return row == rows_;
}

bool LeafDecoder::decode_numbers(ByteReader& in, Array<std::uint64_t>& into) {
  into.resize(rows_);
  values_.integers().decode(in, into.all());
  return in.ok();
}

bool LeafDecoder::decode_entities(ByteReader& in) {
  if (!is_by_entity(leaf_->tree())) {
    return decode_attribute_counts(in) && decode_numbers(in, leaf_->e_);
  }
  if (rows_ == 0) return true;
  switch (static_cast<EntityLayout>(in.u8())) {
    case EntityLayout::columns:
      return in.ok() && decode_entity_columns(in) && every_attribute_occurs();
    case EntityLayout::shapes:
      return decode_entity_shapes(in) && every_attribute_occurs();
    default:
      return false;
  }
}

void LeafDecoder::set_kind(std::size_t code, std::uint8_t kind) {
  LeafAttribute& attribute = leaf_->attributes_[code];
  attribute.mixed = kind == kMixedKind;
  if (!attribute.mixed) attribute.kind = static_cast<Kind>(kind);
}

// Where attributes are contiguous their values decode into place.
bool LeafDecoder::decode_contiguous_values(ByteReader& in) {
  Leaf& leaf = *leaf_;
  for (std::size_t code = 0, row = 0; code < leaf.attributes_.size(); ++code) {
    const auto count = static_cast<std::size_t>(numbers_[code]);
    const std::uint8_t kind = values_.decode(in, leaf.v_.all().subspan(row, count), kinds_);
    if (!in.ok()) return false;
    set_kind(code, kind);
    if (kind == kMixedKind) {
      leaf.kinds_.resize(rows_);
      std::copy_n(kinds_.begin(), count, leaf.kinds_.data() + row);
    }
    row += count;
  }
  return true;
}

bool LeafDecoder::decode_values(ByteReader& in) {
  Leaf& leaf = *leaf_;
  leaf.v_.resize(rows_);
  if (!is_by_entity(leaf.tree())) return decode_contiguous_values(in);
  const RowsByAttribute rows(leaf.a(), leaf.attributes_.size());
  for (std::size_t code = 0; code < leaf.attributes_.size(); ++code) {
    const auto of_attribute = rows.of(code);
    numbers_.resize(of_attribute.size());
    const std::uint8_t kind = values_.decode(in, numbers_.all(), kinds_);
    if (!in.ok()) return false;
    set_kind(code, kind);
    for (std::size_t i = 0; i < of_attribute.size(); ++i) leaf.v_[of_attribute[i]] = numbers_[i];
    if (kind != kMixedKind) continue;
    leaf.kinds_.resize(rows_);
    for (std::size_t i = 0; i < of_attribute.size(); ++i) leaf.kinds_[of_attribute[i]] = kinds_[i];
  }
  return true;
}

Result<LeafPtr> LeafDecoder::decode(ByteReader& in, std::shared_ptr<const void> owner) {
  std::size_t at = in.offset();
  const auto moved = [&] { return at = in.offset(), true; };
  if (!decode_attributes(in)) return corrupt_node("attributes cannot be read", at);
  if (moved() && !decode_entities(in)) return corrupt_node("columns a and e cannot be read", at);
  if (moved() && !decode_numbers(in, leaf_->tx_)) {
    return corrupt_node("column tx cannot be read", at);
  }
  if (moved() && has_ended(leaf_->tree()) && !decode_numbers(in, leaf_->ended_)) {
    return corrupt_node("column ended cannot be read", at);
  }
  if (moved() && !decode_values(in)) return corrupt_node("column v cannot be read", at);
  if (const std::uint32_t row = first_out_of_order(*leaf_); row < rows_) {
    return corrupt_node(base::text("row ", row, " is not after the one before"), at);
  }
  leaf_->owners_.push_back(std::move(owner));
  leaf_->count_bytes();
  return LeafPtr(std::move(leaf_));
}

Result<LeafPtr> decode_leaf(base::ByteView content, std::shared_ptr<const void> owner) {
  if (content.size() > kNodeBytesMax) return corrupt_node("the node is too large", 0);
  ByteReader in(content);
  auto header = read_header(in);
  if (!header.ok()) return std::move(header).error();
  if (header->kind != NodeKind::leaf) return corrupt_node("the node is no leaf", 2);
  const std::uint64_t rows = in.varint();
  if (!in.ok() || rows > kLeafRowsMax) return corrupt_node("the leaf has too many rows", 4);
  LeafDecoder decoder(header->tree, static_cast<std::uint32_t>(rows), content.size());
  auto leaf = decoder.decode(in, std::move(owner));
  if (leaf.ok() && in.left() > 0) return corrupt_node("bytes follow the leaf", in.offset());
  return leaf;
}

// ---- Order --------------------------------------------------------------------------------------

namespace {

// The rows of one tree whose first two parts mostly tell them apart.
template <typename Ascends>
std::uint32_t first_where_not(const Leaf& leaf, Ascends ascends) {
  const std::uint32_t rows = leaf.size();
  for (std::uint32_t row = 1; row < rows; ++row) {
    if (!ascends(row) && compare(leaf, row - 1, leaf, row) >= 0) return row;
  }
  return rows;
}

}  // namespace

std::uint32_t first_out_of_order(const Leaf& leaf) {
  const auto e = leaf.e();
  const auto a = leaf.a();
  if (is_by_entity(leaf.tree())) {
    return first_where_not(leaf, [&](std::uint32_t row) {
      return e[row - 1] < e[row] || (e[row - 1] == e[row] && a[row - 1] < a[row]);
    });
  }
  if (leaf.tree() == Tree::aevt || leaf.tree() == Tree::past_aevt) {
    return first_where_not(leaf, [&](std::uint32_t row) {
      return a[row - 1] < a[row] || (a[row - 1] == a[row] && e[row - 1] < e[row]);
    });
  }
  const auto v = leaf.v();
  return first_where_not(leaf, [&](std::uint32_t row) {
    if (a[row - 1] != a[row]) return a[row - 1] < a[row];
    const int order = value::compare_cells(leaf.kind(row - 1), v[row - 1], leaf.kind(row), v[row]);
    return order < 0 || (order == 0 && e[row - 1] < e[row]);
  });
}

}  // namespace stele::format
