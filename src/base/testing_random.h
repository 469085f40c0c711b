// TestRandom: the randomness of tests. The same seed gives the same run on every machine, so that a
// failure can be run again.
#pragma once

#include <cstdint>
#include <iterator>

#include "base/bytes.h"

namespace stele::base {

// splitmix64 (Steele, Lea, Flood 2014): tiny, and good enough for any test.
class TestRandom {
 public:
  explicit TestRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
  }
  // 0 … n - 1; n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  // low … high, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const std::uint64_t step = width == 0 ? next() : below(width);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + step);
  }
  // True `times` times in `of`.
  bool chance(std::uint64_t times, std::uint64_t of) { return below(of) < times; }
  // 0.0 <= x < 1.0
  double real() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  Bytes bytes(std::size_t n) {
    Bytes out(n);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
    return out;
  }
  template <typename List>
  auto& pick(List& list) {
    return list[static_cast<std::size_t>(below(std::size(list)))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace stele::base
