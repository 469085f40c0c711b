// Trace: what happened in a run, in order. Two runs of one seed have the same trace; its hash says
// so, and its lines, if they are kept, are what a person reads to understand a violation.
//
// Thread safety: none; only one task runs at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/text.h"

namespace stele::sim {

class Trace {
 public:
  explicit Trace(bool keep_lines) : keep_lines_(keep_lines) {}

  template <typename... Parts>
  void add(std::int64_t now_us, const std::string& process, const Parts&... parts) {
    std::string line = base::text(now_us, " us  ", process, "  ", parts...);
    line += '\n';
    hash_.update(base::view(line));
    if (keep_lines_) lines_.push_back(std::move(line));
  }
  // Once.
  base::Hash finish() { return hash_.finish(); }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const bool keep_lines_;
  base::Sha256 hash_;
  std::vector<std::string> lines_;
};

}  // namespace stele::sim
