#include "value/block.h"

#include <new>

#include "value/inline_stack.h"

namespace stele {
namespace {

using base::put_varint;
using base::varint_bytes;

// Numbers in arrays are read in place, so they must lie as the machine wants them.
constexpr std::size_t kArrayAlignment = alignof(double);

std::uint8_t* put_bytes(std::uint8_t* at, base::ByteView bytes) {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

}  // namespace

Value ValueBlocks::text(Kind kind, std::span<const base::ByteView> pieces) {
  std::size_t size = 0;
  for (const base::ByteView piece : pieces) size += piece.size();
  const std::size_t length_bytes = varint_bytes(size);
  std::size_t payload_at = sizeof(Text) + length_bytes;
  if (kind == Kind::float_array || kind == Kind::double_array) {
    payload_at = (payload_at + kArrayAlignment - 1) / kArrayAlignment * kArrayAlignment;
  }

  void* const memory = ::operator new(payload_at + size);
  auto* const block = new (memory) Text;
  block->text_at = static_cast<std::uint32_t>(payload_at - length_bytes);
  std::uint8_t* at = put_varint(static_cast<std::uint8_t*>(memory) + block->text_at, size);
  for (const base::ByteView piece : pieces) at = put_bytes(at, piece);
  return adopt(kind, block);
}

Value ValueBlocks::items(Kind kind, std::span<Value> values) {
  void* const memory = ::operator new(sizeof(Items) + values.size() * sizeof(Value));
  auto* const block = new (memory) Items;
  block->count = values.size();
  Value* at = block->values();
  for (Value& item : values) new (at++) Value(std::move(item));
  return adopt(kind, block);
}

Value ValueBlocks::tagged(base::ByteView tag, Value value) {
  const std::size_t size = sizeof(Tagged) + varint_bytes(tag.size()) + tag.size();
  void* const memory = ::operator new(size);
  auto* const block = new (memory) Tagged;
  block->value = std::move(value);
  std::uint8_t* const at = static_cast<std::uint8_t*>(memory) + sizeof(Tagged);
  put_bytes(put_varint(at, tag.size()), tag);
  return adopt(Kind::tagged, block);
}

void ValueBlocks::destroy(Kind kind, Value::Block* block) {
  struct Dead {
    Kind kind;
    Value::Block* block;
  };
  // Not by recursion: a million vectors, each in the next, must not need a million stack frames.
  value::InlineStack<Dead, 16> dead;
  dead.push({kind, block});
  while (!dead.empty()) {
    const Dead next = dead.top();
    dead.pop();
    if (is_collection(next.kind)) {
      Value* at = nullptr;
      std::size_t count = 1;
      if (next.kind == Kind::tagged) {
        at = &static_cast<Tagged*>(next.block)->value;
      } else {
        at = static_cast<Items*>(next.block)->values();
        count = static_cast<Items*>(next.block)->count;
      }
      for (Value* const end = at + count; at != end; ++at) {
        if (!is_collection(at->kind_)) {
          at->~Value();
        } else if (at->scalar_.block->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
          dead.push({at->kind_, at->scalar_.block});
        }
      }
    }
    ::operator delete(static_cast<void*>(next.block));
  }
}

void Value::destroy() { ValueBlocks::destroy(kind_, scalar_.block); }

}  // namespace stele
