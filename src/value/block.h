// ValueBlocks: how the shared blocks behind Values are laid out, built and read.
//
//   string, keyword ... double_array   Text:   a varint length and the bytes, exactly as cell.h
//                                              has them, so that a cell can point into the block
//   vector, list, set, map             Items:  the count of Values, then the Values; a map's keys
//                                              and values alternate
//   tagged                             Tagged: the value, then the tag as a text
//
// Thread safety: blocks are immutable once built; their owners are counted atomically.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <stele/value.h>

#include "base/bytes.h"
#include "value/cell.h"

namespace stele {

class ValueBlocks {
 public:
  struct Text : Value::Block {
    // Where the text begins, counted from the block. Arrays put it so that their numbers are
    // aligned; for everything else it follows at once.
    std::uint32_t text_at;
    const std::uint8_t* text() const {
      return reinterpret_cast<const std::uint8_t*>(this) + text_at;
    }
  };
  struct alignas(Value) Items : Value::Block {
    std::size_t count;
    Value* values() { return reinterpret_cast<Value*>(this + 1); }
    const Value* values() const { return reinterpret_cast<const Value*>(this + 1); }
  };
  struct Tagged : Value::Block {
    Value value;
    const std::uint8_t* tag() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  };

  static constexpr bool is_collection(Kind kind) { return kind >= Kind::vector; }

  // A value whose text is `pieces`, one after the other.
  static Value text(Kind kind, std::span<const base::ByteView> pieces);
  static Value text(Kind kind, base::ByteView payload) { return text(kind, {&payload, 1}); }
  // A vector, list, set or map of these; sets and maps are in order and free of duplicates.
  static Value items(Kind kind, std::span<Value> values);
  static Value tagged(base::ByteView tag, Value value);
  // A value that lies in its cell: nil ... character.
  static Value scalar(Kind kind, value::Cell cell) {
    Value made;
    made.kind_ = kind;
    std::memcpy(static_cast<void*>(&made.scalar_), &cell, sizeof cell);
    return made;
  }

  static const Text& text_block(const Value& v) { return *static_cast<Text*>(v.scalar_.block); }
  static const Items& items_block(const Value& v) { return *static_cast<Items*>(v.scalar_.block); }
  static const Tagged& tagged_block(const Value& v) {
    return *static_cast<Tagged*>(v.scalar_.block);
  }
  static base::ByteView payload(const Value& v) {
    return value::text_of(value::cell_of_pointer(text_block(v).text()));
  }
  // What the value holds as 64 bits: a scalar's cell, a pointer to a text, or for collections a
  // pointer to the block, which only BlockItems can read.
  static value::Cell bits(const Value& v) {
    value::Cell cell;
    if (!v.has_block()) {
      std::memcpy(&cell, &v.scalar_, sizeof cell);
      return cell;
    }
    if (!is_collection(v.kind_)) return value::cell_of_pointer(text_block(v).text());
    return static_cast<value::Cell>(reinterpret_cast<std::uintptr_t>(v.scalar_.block));
  }

  // Frees a block that has no owners left, and all that it was the last to own.
  static void destroy(Kind kind, Value::Block* block);

 private:
  static Value adopt(Kind kind, Value::Block* block) {
    Value made;
    made.kind_ = kind;
    made.scalar_.block = block;
    return made;
  }
};

}  // namespace stele
