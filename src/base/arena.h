// Arena: many small allocations freed together. Pointers stay valid until the arena dies.
//
// Not thread safe.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace stele::base {

class Arena {
 public:
  Arena() = default;
  // What was moved from is empty and can be used again.
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    Arena(std::move(other)).swap(*this);
    return *this;
  }

  // `bytes` of memory aligned to `alignment` (a power of two, at most 16). Amortised O(1).
  std::uint8_t* allocate(std::size_t bytes, std::size_t alignment = 1);
  // Bytes of memory held.
  std::size_t bytes() const { return held_; }

 private:
  void swap(Arena& other) noexcept {
    blocks_.swap(other.blocks_);
    std::swap(at_, other.at_);
    std::swap(left_, other.left_);
    std::swap(held_, other.held_);
  }

  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
  std::uint8_t* at_ = nullptr;
  std::size_t left_ = 0;
  std::size_t held_ = 0;
};

}  // namespace stele::base
