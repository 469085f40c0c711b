#include "value/cell.h"

#include <algorithm>

#include "value/block.h"
#include "value/encoding.h"
#include "value/inline_stack.h"
#include "value/items.h"

namespace stele::value {
namespace {

Value leaf_of(Item item) {
  if (!is_pointer(item.kind)) return ValueBlocks::scalar(item.kind, item.cell);
  return ValueBlocks::text(item.kind, text_of(item.cell));
}

// A collection whose members are being made.
struct Unfinished {
  explicit Unfinished(Item collection)
      : kind(collection.kind), cell(collection.cell), rest(collection) {}

  Value finish() {
    const Item item = {kind, cell};
    if (kind == Kind::tagged) return ValueBlocks::tagged(TextItems::tag(item), std::move(made[0]));
    return ValueBlocks::items(kind, made);  // texts of sets and maps are in order already
  }

  Kind kind;
  Cell cell;
  TextItems rest;
  std::vector<Value> made;
};

// Without recursion, because a text may be as deep as the value that a program once built.
Value collection_of(Item item) {
  std::vector<Unfinished> open;
  open.emplace_back(item);
  for (;;) {
    Unfinished& top = open.back();
    if (top.rest.next(item)) {
      if (is_collection(item.kind)) {
        open.emplace_back(item);
      } else {
        top.made.push_back(leaf_of(item));
      }
      continue;
    }
    Value done = top.finish();
    open.pop_back();
    if (open.empty()) return done;
    open.back().made.push_back(std::move(done));
  }
}

}  // namespace

Value value_of(Kind kind, Cell cell) {
  const Item item = {kind, cell};
  return is_collection(kind) ? collection_of(item) : leaf_of(item);
}

Cell cell_of(const Value& value, base::Arena& arena) {
  if (is_collection(value.kind())) {
    const Encoder encoder(value);
    std::uint8_t* const at = arena.allocate(encoder.size());
    encoder.write(at);
    return cell_of_pointer(at + 1);  // behind the kind
  }
  const Cell bits = ValueBlocks::bits(value);
  return value.is(Kind::float64) || value.is(Kind::float32) ? cell_of(double_of(bits)) : bits;
}

Cell copy_cell(Kind kind, Cell cell, base::Arena& arena) {
  if (!is_pointer(kind)) return cell;
  const std::uint8_t* const begin = pointer_of(cell);
  const base::ByteView text = text_of(cell);
  const auto size = static_cast<std::size_t>(text.data() + text.size() - begin);
  std::uint8_t* const copy = arena.allocate(size);
  std::copy_n(begin, size, copy);
  return cell_of_pointer(copy);
}

int depth(const Value& value) {
  if (!is_collection(value.kind())) return 0;
  InlineStack<BlockItems, 8> open;
  open.push(BlockItems(item_of(value)));
  std::size_t deepest = 1;
  for (Item item; !open.empty();) {
    if (!open.top().next(item)) {
      open.pop();
    } else if (is_collection(item.kind)) {
      open.push(BlockItems(item));
      deepest = std::max(deepest, open.size());
    }
  }
  return static_cast<int>(std::min<std::size_t>(deepest, std::numeric_limits<int>::max()));
}

}  // namespace stele::value
