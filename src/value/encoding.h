// Encoding: how much room a value's encoding takes, and writing it there.
#pragma once

#include <cstdint>
#include <vector>

#include "value/items.h"

namespace stele::value {

// Measures first, because a collection's length stands before its members. Time and memory are
// linear in the value, whatever its depth. Not thread safe; the value must outlive it.
class Encoder {
 public:
  explicit Encoder(const Value& value);
  // Bytes of the kind and the encoding together.
  std::size_t size() const { return size_; }
  // Writes exactly size() bytes.
  void write(std::uint8_t* at) const;

 private:
  void measure_collection();

  Item top_;
  std::size_t size_ = 0;
  // The length of every collection within, in the order in which they begin.
  std::vector<std::size_t> lengths_;
};

}  // namespace stele::value
