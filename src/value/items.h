// Items: walking through a collection, be it a Value's block or a text in a node.
//
// Comparing, hashing and measuring are written once, over either of the two cursors here. Both give
// the members of a collection in order, a map's keys and values in turn.
//
// Thread safety: a cursor belongs to one thread; what it reads is immutable.
#pragma once

#include "value/block.h"
#include "value/cell.h"

namespace stele::value {

constexpr bool is_collection(Kind kind) { return ValueBlocks::is_collection(kind); }

// A value of either form: its kind, and its cell (see ValueBlocks::bits for collections in blocks).
struct Item {
  Kind kind = Kind::nil;
  Cell cell = 0;
};

inline Item item_of(const Value& value) { return {value.kind(), ValueBlocks::bits(value)}; }

class BlockItems {
 public:
  explicit BlockItems(Item collection) {
    const void* const block = pointer_of(collection.cell);
    if (collection.kind == Kind::tagged) {
      at_ = &static_cast<const ValueBlocks::Tagged*>(block)->value;
      end_ = at_ + 1;
    } else {
      const auto& items = *static_cast<const ValueBlocks::Items*>(block);
      at_ = items.values();
      end_ = at_ + items.count;
    }
  }
  static base::ByteView tag(Item tagged) {
    const void* const block = pointer_of(tagged.cell);
    return text_of(cell_of_pointer(static_cast<const ValueBlocks::Tagged*>(block)->tag()));
  }
  std::size_t count() const { return static_cast<std::size_t>(end_ - at_); }
  bool next(Item& item) {
    if (at_ == end_) return false;
    item = item_of(*at_++);
    return true;
  }

 private:
  const Value* at_;
  const Value* end_;
};

class TextItems {
 public:
  explicit TextItems(Item collection) {
    const base::ByteView text = text_of(collection.cell);
    at_ = text.data();
    end_ = at_ + text.size();
    if (collection.kind == Kind::tagged) skip_text();
  }
  static base::ByteView tag(Item tagged) {
    return text_of(cell_of_pointer(text_of(tagged.cell).data()));
  }
  // O(items)
  std::size_t count() const {
    TextItems rest = *this;
    std::size_t n = 0;
    for (Item item; rest.next(item);) ++n;
    return n;
  }
  bool next(Item& item) {
    if (at_ == end_) return false;
    item.kind = static_cast<Kind>(*at_++);
    item.cell = take_cell(item.kind);
    return true;
  }

 private:
  void skip_text() {
    const std::uint64_t size = take_varint(at_);
    at_ += size;
  }
  Cell take_cell(Kind kind) {
    switch (kind) {
      case Kind::nil:
        return 0;
      case Kind::boolean:
        return *at_++;
      case Kind::int64:
      case Kind::instant:
        return cell_of(base::unzigzag(take_varint(at_)));
      case Kind::character:
        return take_varint(at_);
      case Kind::float64:
        at_ += 8;
        return base::load<Cell>(at_ - 8);
      case Kind::float32:
        at_ += 4;
        return cell_of(static_cast<double>(base::load<float>(at_ - 4)));
      default: {
        const Cell cell = cell_of_pointer(at_);
        skip_text();
        return cell;
      }
    }
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace stele::value
