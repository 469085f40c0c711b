#include "base/arena.h"

#include <algorithm>

#include "base/check.h"

namespace stele::base {
namespace {

constexpr std::size_t kBlockBytesMin = 4096;
constexpr std::size_t kBlockBytesMax = 1 << 20;
constexpr std::size_t kAlignmentMax = 16;

}  // namespace

std::uint8_t* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  STELE_CHECK(alignment != 0 && alignment <= kAlignmentMax && (alignment & (alignment - 1)) == 0);
  const std::size_t skip = -reinterpret_cast<std::uintptr_t>(at_) & (alignment - 1);
  if (at_ != nullptr && skip <= left_ && bytes <= left_ - skip) {
    std::uint8_t* const found = at_ + skip;
    at_ += skip + bytes;
    left_ -= skip + bytes;
    return found;
  }

  // Blocks grow with what is held already, so that there are few of them and little is wasted.
  const std::size_t usual = std::clamp(held_, kBlockBytesMin, kBlockBytesMax);
  const std::size_t size = std::max(bytes, usual);
  blocks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(size));
  held_ += size;
  std::uint8_t* const begin = blocks_.back().get();
  // Something large gets a block of its own and leaves the current one in use.
  if (size - bytes > left_ || at_ == nullptr) {
    at_ = begin + bytes;
    left_ = size - bytes;
  }
  return begin;
}

}  // namespace stele::base
