// Array: a growing array of numbers. Unlike std::vector it does not clear memory that is about to
// be overwritten, and appending a run of numbers is one memcpy: leaves are copied all day.
//
// Not thread safe while it grows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace stele::format {

template <typename T>
class Array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Array() = default;
  Array(Array&& other) noexcept { swap(other); }
  Array& operator=(Array&& other) noexcept {
    Array(std::move(other)).swap(*this);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t bytes() const { return capacity_ * sizeof(T); }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  std::span<T> all() { return {data(), size_}; }
  std::span<const T> all() const { return {data(), size_}; }

  void clear() { size_ = 0; }
  void reserve(std::size_t wanted) {
    if (wanted > capacity_) grow(wanted);
  }
  // What is new is not initialised.
  void resize(std::size_t size) {
    reserve(size);
    size_ = size;
  }
  void push_back(T x) {
    if (size_ == capacity_) grow(std::max<std::size_t>(2 * size_, 16));
    data_[size_++] = x;
  }
  void append(std::span<const T> more) {
    if (!more.empty()) std::memcpy(extend(more.size()), more.data(), more.size_bytes());
  }
  // Room for `n` more numbers, which the caller fills.
  T* extend(std::size_t n) {
    if (n > capacity_ - size_) grow(std::max(2 * size_, size_ + n));
    size_ += n;
    return data() + size_ - n;
  }

 private:
  void swap(Array& other) noexcept {
    data_.swap(other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }
  void grow(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<T[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), data(), size_ * sizeof(T));
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace stele::format
