// Samples: how long something took, many times.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace stele::bench {

class Stopwatch {
 public:
  double us() const {
    return std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

class Samples {
 public:
  void add(double us) { us_.push_back(us); }
  std::size_t size() const { return us_.size(); }
  double median_us() const { return quantile_us(0.5); }
  // The value below which this share of the samples lies; 0 of none.
  double quantile_us(double share) const {
    if (us_.empty()) return 0;
    std::vector<double> sorted = us_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }

 private:
  std::vector<double> us_;
};

}  // namespace stele::bench
