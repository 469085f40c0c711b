#include "value/encoding.h"

#include <algorithm>
#include <limits>

#include "value/bignum.h"
#include "value/inline_stack.h"
#include "value/order.h"

namespace stele::value {
namespace {

using base::put_varint;
using base::varint_bytes;

std::uint8_t* put_text(std::uint8_t* at, base::ByteView payload) {
  at = put_varint(at, payload.size());
  if (!payload.empty()) std::memcpy(at, payload.data(), payload.size());
  return at + payload.size();
}

std::size_t text_bytes(base::ByteView payload) {
  return varint_bytes(payload.size()) + payload.size();
}

// The encoding of what is no collection.
std::size_t leaf_bytes(Item leaf) {
  switch (leaf.kind) {
    case Kind::nil:
      return 0;
    case Kind::boolean:
      return 1;
    case Kind::int64:
    case Kind::instant:
      return varint_bytes(base::zigzag(int_of(leaf.cell)));
    case Kind::character:
      return varint_bytes(leaf.cell);
    case Kind::float64:
      return 8;
    case Kind::float32:
      return 4;
    default:
      return text_bytes(text_of(leaf.cell));
  }
}

std::uint8_t* put_leaf(std::uint8_t* at, Item leaf) {
  switch (leaf.kind) {
    case Kind::nil:
      return at;
    case Kind::boolean:
      *at = static_cast<std::uint8_t>(leaf.cell);
      return at + 1;
    case Kind::int64:
    case Kind::instant:
      return put_varint(at, base::zigzag(int_of(leaf.cell)));
    case Kind::character:
      return put_varint(at, leaf.cell);
    case Kind::float64: {
      const Cell bits = cell_of(double_of(leaf.cell));  // the one NaN
      std::memcpy(at, &bits, 8);
      return at + 8;
    }
    case Kind::float32: {
      const auto narrow = static_cast<float>(double_of(cell_of(double_of(leaf.cell))));
      std::memcpy(at, &narrow, 4);
      return at + 4;
    }
    default:
      return put_text(at, text_of(leaf.cell));
  }
}

}  // namespace

// ---- Writing ------------------------------------------------------------------------------------

Encoder::Encoder(const Value& value) : top_(item_of(value)) {
  if (is_collection(top_.kind)) {
    measure_collection();
    size_ = 1 + varint_bytes(lengths_[0]) + lengths_[0];
  } else {
    size_ = 1 + leaf_bytes(top_);
  }
}

void Encoder::measure_collection() {
  struct Open {
    BlockItems items;
    std::size_t slot;  // its place in lengths_
  };
  InlineStack<Open, 8> open;
  const auto begin = [&](Item collection) {
    open.push({BlockItems(collection), lengths_.size()});
    lengths_.push_back(collection.kind == Kind::tagged ? text_bytes(BlockItems::tag(collection))
                                                       : 0);
  };
  begin(top_);
  for (Item item;;) {
    Open& top = open.top();
    if (top.items.next(item)) {
      if (is_collection(item.kind)) {
        begin(item);
      } else {
        lengths_[top.slot] += 1 + leaf_bytes(item);
      }
      continue;
    }
    const std::size_t length = lengths_[top.slot];
    open.pop();
    if (open.empty()) return;
    lengths_[open.top().slot] += 1 + varint_bytes(length) + length;
  }
}

void Encoder::write(std::uint8_t* at) const {
  InlineStack<BlockItems, 8> open;
  std::size_t slot = 0;
  const auto put = [&](Item item) {
    *at++ = static_cast<std::uint8_t>(item.kind);
    if (!is_collection(item.kind)) {
      at = put_leaf(at, item);
      return;
    }
    at = put_varint(at, lengths_[slot++]);
    if (item.kind == Kind::tagged) at = put_text(at, BlockItems::tag(item));
    open.push(BlockItems(item));
  };
  put(top_);
  for (Item item; !open.empty();) {
    if (open.top().next(item)) {
      put(item);
    } else {
      open.pop();
    }
  }
}

void write_value(const Value& value, base::Bytes& out) {
  const Encoder encoder(value);
  const std::size_t before = out.size();
  out.resize(before + encoder.size());
  encoder.write(out.data() + before);
}

// ---- Reading from untrusted bytes ---------------------------------------------------------------

namespace {

bool is_valid_name(base::ByteView text) {
  const auto nul = std::find(text.begin(), text.end(), 0);
  return nul != text.end() && nul + 1 != text.end() &&
         std::find(nul + 1, text.end(), 0) == text.end();
}

template <typename F>
bool is_valid_array(base::ByteView text) {
  if (text.size() % sizeof(F) != 0) return false;
  const F the_nan = std::numeric_limits<F>::quiet_NaN();
  for (std::size_t at = 0; at < text.size(); at += sizeof(F)) {
    const F number = base::load<F>(text.data() + at);
    if (number != number && std::memcmp(text.data() + at, &the_nan, sizeof(F)) != 0) return false;
  }
  return true;
}

bool is_valid_text_within(Kind kind, base::ByteView text, int levels);

// One item: its kind and encoding. `item` points into the reader's bytes.
bool take_valid_item(base::ByteReader& in, int levels, Item& item) {
  item.kind = static_cast<Kind>(in.u8());
  if (!in.ok() || static_cast<int>(item.kind) >= kKindCount) return false;
  switch (item.kind) {
    case Kind::nil:
      return true;
    case Kind::boolean:
      item.cell = in.u8();
      return in.ok() && item.cell <= 1;
    case Kind::int64:
    case Kind::instant:
      item.cell = cell_of(in.signed_varint());
      return in.ok();
    case Kind::character:
      item.cell = in.varint();
      return in.ok() && item.cell <= 0x10ffff;
    case Kind::float64:
      item.cell = in.u64();
      return in.ok() && item.cell == cell_of(double_of(item.cell));
    case Kind::float32: {
      const base::ByteView bytes = in.bytes(4);
      if (!in.ok() || !is_valid_array<float>(bytes)) return false;
      item.cell = cell_of(static_cast<double>(base::load<float>(bytes.data())));
      return true;
    }
    default: {
      item.cell = cell_of_pointer(in.bytes(0).data());
      const base::ByteView text = in.sized();
      return in.ok() && is_valid_text_within(item.kind, text, levels);
    }
  }
}

// Members of sets and keys of maps ascend strictly, so that equal values have equal bytes.
bool are_valid_items(Kind kind, base::ByteView text, int levels) {
  base::ByteReader in(text);
  Item before;
  for (bool is_first = true; in.left() > 0; is_first = false) {
    Item item;
    if (!take_valid_item(in, levels, item)) return false;
    if (kind == Kind::map) {
      Item value;
      if (!take_valid_item(in, levels, value)) return false;
    }
    const bool is_ordered = kind == Kind::set || kind == Kind::map;
    if (is_ordered && !is_first &&
        compare_canonical_cells(before.kind, before.cell, item.kind, item.cell) >= 0) {
      return false;
    }
    before = item;
  }
  return true;
}

bool is_valid_tagged(base::ByteView text, int levels) {
  base::ByteReader in(text);
  const base::ByteView tag = in.sized();
  Item item;
  return in.ok() && !tag.empty() && take_valid_item(in, levels, item) && in.left() == 0;
}

// Recursion ends, at the latest, where no levels are left.
bool is_valid_text_within(Kind kind, base::ByteView text, int levels) {
  switch (kind) {
    case Kind::string:
    case Kind::bytes:
      return true;
    case Kind::keyword:
    case Kind::symbol:
      return is_valid_name(text);
    case Kind::uuid:
      return text.size() == 16;
    case Kind::bigint:
    case Kind::bigdec:
      return read_big(kind, text).has_value();
    case Kind::float_array:
      return is_valid_array<float>(text);
    case Kind::double_array:
      return is_valid_array<double>(text);
    case Kind::vector:
    case Kind::list:
    case Kind::set:
    case Kind::map:
      return levels > 0 && are_valid_items(kind, text, levels - 1);
    case Kind::tagged:
      return levels > 0 && is_valid_tagged(text, levels - 1);
    default:
      return false;
  }
}

}  // namespace

bool is_valid_text(Kind kind, base::ByteView text) {
  return is_valid_text_within(kind, text, kDepthMax);
}

Value read_value(base::ByteReader& in) {
  Item item;
  if (take_valid_item(in, kDepthMax, item)) return value_of(item.kind, item.cell);
  in.fail();
  return {};
}

}  // namespace stele::value
