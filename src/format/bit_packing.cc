#include "format/bit_packing.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace stele::format {
namespace {

// A load of eight bytes at the last number of a block may reach this far behind the block.
constexpr std::size_t kOverread = 8;

// Eight numbers of width W fill W bytes exactly, so every group of eight unpacks alike.
template <int W, std::size_t... I>
inline void unpack_eight(const std::uint8_t* in, std::uint64_t base, std::uint64_t* out,
                         std::index_sequence<I...>) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << W) - 1;
  ((out[I] = base + ((base::load<std::uint64_t>(in + I * W / 8) >> (I * W % 8)) & mask)), ...);
}

template <int W>
void unpack_width(const std::uint8_t* in, std::uint64_t base, std::uint64_t* out) {
  for (std::size_t i = 0; i < kBlockValues; i += 8, in += W, out += 8) {
    unpack_eight<W>(in, base, out, std::make_index_sequence<8>());
  }
}

template <>
void unpack_width<0>(const std::uint8_t*, std::uint64_t base, std::uint64_t* out) {
  std::fill_n(out, kBlockValues, base);
}

using Unpack = void (*)(const std::uint8_t*, std::uint64_t, std::uint64_t*);

template <std::size_t... W>
constexpr std::array<Unpack, sizeof...(W)> make_kernels(std::index_sequence<W...>) {
  return {unpack_width<static_cast<int>(W)>...};
}
constexpr auto kKernels = make_kernels(std::make_index_sequence<kNarrowWidthMax + 1>());

void unpack_wide(const std::uint8_t* in, std::size_t count, std::uint64_t base,
                 std::uint64_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = base + base::load<std::uint64_t>(in + 8 * i);
}

}  // namespace

int width_of(std::uint64_t range) {
  const int width = std::bit_width(range);
  return width <= kNarrowWidthMax ? width : kWidthMax;
}

void pack_block(const std::uint64_t* values, std::size_t count, std::uint64_t base, int width,
                base::Bytes& out) {
  if (width == 0) return;
  const std::size_t begin = out.size();
  const std::size_t bytes = packed_bytes(count, width);
  out.resize(begin + bytes + kOverread);
  std::uint8_t* at = out.data() + begin;
  // Invariant: the `filled` low bits of `word` are what is packed but not written yet.
  std::uint64_t word = 0;
  int filled = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t x = values[i] - base;
    word |= x << filled;
    filled += width;
    if (filled < 64) continue;
    std::memcpy(at, &word, 8);
    at += 8;
    filled -= 64;
    word = filled == 0 ? 0 : x >> (width - filled);
  }
  std::memcpy(at, &word, 8);
  out.resize(begin + bytes);
}

void unpack_block(const std::uint8_t* in, std::size_t readable, std::size_t count,
                  std::uint64_t base, int width, std::uint64_t* out) {
  if (width == kWidthMax) return unpack_wide(in, count, base, out);
  const Unpack unpack = kKernels[static_cast<std::size_t>(width)];
  const std::size_t bytes = packed_bytes(count, width);
  if (count == kBlockValues && readable >= bytes + kOverread) return unpack(in, base, out);
  // The end of a column: the kernel works on a whole block, so give it one.
  std::array<std::uint8_t, kBlockValues * 8 + kOverread> padded{};
  std::array<std::uint64_t, kBlockValues> whole;
  if (bytes > 0) std::memcpy(padded.data(), in, bytes);
  unpack(padded.data(), base, whole.data());
  std::memcpy(out, whole.data(), count * sizeof(std::uint64_t));
}

}  // namespace stele::format
