// Prints values on one line, until a stated number of bytes is reached: what stands behind all of
// writer.h. A limit makes it cheap to ask whether a value fits somewhere, however large it is.
#pragma once

#include <limits>
#include <string>

#include <stele/value.h>

#include "base/bytes.h"

namespace stele::edn {

class Printer {
 public:
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  // Appends to `out` until it has more than `length_max` bytes. The part beyond is not worth
  // reading: it may end anywhere.
  explicit Printer(std::string& out, std::size_t length_max = kNoLimit)
      : out_(out), length_max_(length_max) {}
  void print(const Value& value);
  bool full() const { return out_.size() > length_max_; }

 private:
  void print_opening(const Value& value);
  void print_scalar(const Value& value);
  void print_text(std::string_view text);
  void print_bytes(base::ByteView bytes);
  template <typename Number, typename Append>
  void print_array(std::string_view open, std::span<const Number> numbers, Append append);

  std::string& out_;
  std::size_t length_max_;
};

// How a vector, list, set or map opens and closes: "#{" and "}".
std::string_view opener(Kind kind);
std::string_view closer(Kind kind);

}  // namespace stele::edn
