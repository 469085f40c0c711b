// Sink: where output goes, piece by piece. Into a file in large writes, or, without a file, into a
// text that a test reads.
//
// Thread safety: used by one thread.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace stele::app {

class Sink {
 public:
  explicit Sink(std::FILE* file = nullptr) : file_(file) {}
  ~Sink() { flush(); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // Append here; then call settle() between rows.
  std::string& text() { return text_; }
  void settle() {
    if (file_ && text_.size() >= kBytesHeld) flush();
  }
  void operator<<(std::string_view piece) {
    text_ += piece;
    settle();
  }
  void flush() {
    if (!file_ || text_.empty()) return;
    if (std::fwrite(text_.data(), 1, text_.size(), file_) != text_.size()) failed_ = true;
    if (std::fflush(file_) != 0) failed_ = true;
    text_.clear();
  }
  // Did a write fail? A full disk, or a reader that went away.
  bool failed() const { return failed_; }

 private:
  static constexpr std::size_t kBytesHeld = 1 << 16;

  std::FILE* file_;
  std::string text_;
  bool failed_ = false;
};

}  // namespace stele::app
