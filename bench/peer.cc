#include "peer.h"

#include <algorithm>

namespace stele::bench {

void LocalRunner::sample(double budget_ms, Samples& samples) {
  constexpr double kSampleUs = 20;
  if (batch_ == 0) {
    for (int i = 0; i < 3; ++i) sink_ += run(next_++);  // caches warm, lazy things made
    const Stopwatch one;
    sink_ += run(next_++);
    batch_ = static_cast<std::size_t>(std::clamp(kSampleUs / one.us(), 1.0, 1000.0));
  }
  const Stopwatch all;
  do {
    const Stopwatch some;
    for (std::size_t i = 0; i < batch_; ++i) sink_ += run(next_++);
    samples.add(some.us() / static_cast<double>(batch_));
  } while (all.us() < budget_ms * 1000);
  asm volatile("" : : "r"(sink_) : "memory");
}

}  // namespace stele::bench
