// Answer: what a query gave, as a count and a checksum that does not depend on the order of rows.
//
// A cell enters as text: a number as the whole thousandths nearest to it, so that 2, 2.0 and an
// average that was summed up in another order are one; a keyword by its name. A row is hashed
// (FNV-1a, 32 bits, 0x1f behind each cell) and the hashes are added. datascript.mjs does the same.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace stele::bench {

struct Answer {
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;
  bool operator==(const Answer&) const = default;
};

class AnswerBuilder {
 public:
  void number(std::int64_t n) { text(std::to_string(n * 1000)); }
  void number(double d) { text(std::to_string(std::llround(d * 1000))); }
  void text(std::string_view cell) {
    for (const char c : cell) byte(static_cast<unsigned char>(c));
    byte(0x1f);
  }
  void end_row() {
    ++answer_.rows;
    answer_.checksum += hash_;
    hash_ = kStart;
  }
  const Answer& answer() const { return answer_; }

 private:
  static constexpr std::uint32_t kStart = 2166136261u;
  void byte(unsigned char c) { hash_ = (hash_ ^ c) * 16777619u; }
  Answer answer_;
  std::uint32_t hash_ = kStart;
};

}  // namespace stele::bench
