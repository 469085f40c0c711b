// InlineStack: a stack whose first entries need no allocation.
//
// Walks over nested values keep their place in one, so that a value of any depth costs heap, never
// the machine's stack, and a flat one costs neither.
//
// Not thread safe. References into it are valid until the next push.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <vector>

namespace stele::value {

template <typename T, std::size_t kInline>
class InlineStack {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  InlineStack() {}
  InlineStack(const InlineStack&) = delete;
  InlineStack& operator=(const InlineStack&) = delete;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  void push(const T& entry) {
    if (size_ < kInline) {
      new (near_ + size_ * sizeof(T)) T(entry);
    } else {
      far_.push_back(entry);
    }
    ++size_;
  }
  T& top() {
    if (size_ > kInline) return far_.back();
    return *std::launder(reinterpret_cast<T*>(near_ + (size_ - 1) * sizeof(T)));
  }
  void pop() {
    if (size_ > kInline) far_.pop_back();
    --size_;
  }

 private:
  alignas(T) unsigned char near_[kInline * sizeof(T)];
  std::vector<T> far_;
  std::size_t size_ = 0;
};

}  // namespace stele::value
