// Hashes. SHA-256 names what is stored and chains commits; XXH3 guards against torn local writes
// and spreads keys over tables. Neither depends on the machine or the process.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace stele::base {

struct Hash {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Hash&) const = default;
  bool is_zero() const { return *this == Hash{}; }
  std::string hex() const { return to_hex(bytes); }
  // Bits of a good hash are a good hash.
  std::uint64_t word() const { return load<std::uint64_t>(bytes.data()); }
};

struct HashOfHash {
  std::size_t operator()(const Hash& h) const { return static_cast<std::size_t>(h.word()); }
};

Hash sha256(ByteView bytes);

// SHA-256 of a text that comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(ByteView bytes);
  Hash finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::uint64_t xxh3(ByteView bytes, std::uint64_t seed = 0);

// `b` added to the running hash `a`. For each a it is one to one in b, and small numbers are
// spread: tuples of neighbouring ids must not meet.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = (a + 0x9e3779b97f4a7c15ull) * 0x9fb21c651e98df25ull;
  x = (x ^ (x >> 32) ^ b) * 0xd6e8feb86659fd93ull;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ull;
  return x ^ (x >> 32);
}

}  // namespace stele::base
