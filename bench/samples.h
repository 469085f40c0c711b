// Samples: how long something took, many times.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <vector>

namespace stele::bench {

// Wall time; or, once `counts_cpu` is set, the calling thread's time on a processor: what to
// compare by on a machine that others are using. Every engine here runs in the calling thread.
class Stopwatch {
 public:
  static inline bool counts_cpu = false;
  double us() const { return now() - start_; }

 private:
  static double now() {
    timespec time{};
    clock_gettime(counts_cpu ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
  }
  double start_ = now();
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
