// SHA-256 in plain C++ (FIPS 180-4), for where OpenSSL is not: WebAssembly. About 270 MB/s.
//
// Not thread safe; give each thread its own.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace stele::base {

class PortableSha256 {
 public:
  void update(ByteView bytes);
  std::array<std::uint8_t, 32> finish();  // once

 private:
  void compress(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> pending_{};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace stele::base
