// Progress: how far a long piece of work has got. On a terminal one line that is written over;
// where output is piped, nothing until the line is done.
#pragma once

#include <chrono>
#include <string>

namespace debian {

class Progress {
 public:
  explicit Progress(std::string what);

  // From 0 to 1; `more` stands behind the bar. Shown at most 20 times a second.
  void show(double part, const std::string& more);
  // Writes `result` in place of the bar, for good.
  void finish(const std::string& result);
  double seconds() const;

 private:
  std::string what_;
  bool terminal_;
  std::chrono::steady_clock::time_point begun_, shown_;
};

// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace debian
