#include "base/environment.h"

#include <array>

#include "base/bytes.h"

namespace stele::base {

std::uint64_t Environment::random_u64() {
  std::array<std::uint8_t, 8> bytes;
  fill_random(bytes);
  return load<std::uint64_t>(bytes.data());
}

Uuid Environment::random_uuid() {
  // RFC 9562: the version in bits 12-15 of the high half, the variant in the top bits of the low.
  const std::uint64_t high = random_u64();
  const std::uint64_t low = random_u64();
  return {(high & ~0xf000ull) | 0x4000ull, (low & ~(3ull << 62)) | (2ull << 62)};
}

}  // namespace stele::base
