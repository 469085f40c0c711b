// Bit-packing: numbers in as few bits as the largest of a block needs.
//
// A block is 128 numbers, or fewer at the end of a column. Number i of a block of width w occupies
// bits [i·w, (i+1)·w), counted from the lowest bit of the first byte. Widths are 0 to 57, and 64:
// any number of up to 57 bits lies within the eight bytes that begin at its first byte, so that one
// load, one shift and one mask unpack it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace stele::format {

inline constexpr std::size_t kBlockValues = 128;
inline constexpr int kNarrowWidthMax = 57;
inline constexpr int kWidthMax = 64;

constexpr bool is_width(int width) {
  return (width >= 0 && width <= kNarrowWidthMax) || width == kWidthMax;
}
// The width that holds every number up to `range`.
int width_of(std::uint64_t range);

constexpr std::size_t packed_bytes(std::size_t values, int width) {
  return (values * static_cast<std::size_t>(width) + 7) / 8;
}

// Appends the block of `count` numbers values[i] - base, each of at most `width` bits.
void pack_block(const std::uint64_t* values, std::size_t count, std::uint64_t base, int width,
                base::Bytes& out);

// out[i] = base + number i. `readable` bytes may be read from `in`: at least those of the block.
void unpack_block(const std::uint8_t* in, std::size_t readable, std::size_t count,
                  std::uint64_t base, int width, std::uint64_t* out);

}  // namespace stele::format
