// An environment for tests: time stands still unless somebody sleeps, and randomness comes from a
// seed. Thread safety: full.
#pragma once

#include <atomic>

#include "base/environment.h"
#include "base/mutex.h"
#include "base/testing_random.h"

namespace stele::base {

class TestEnvironment final : public Environment {
 public:
  explicit TestEnvironment(std::uint64_t seed = 1, Instant start = Instant{1'700'000'000'000})
      : random_(seed), now_ms_(start.ms) {}

  Instant now() override { return Instant{now_ms_}; }
  std::int64_t steady_ms() override { return steady_ms_; }
  void sleep_ms(std::int64_t ms) override { advance(ms); }
  void fill_random(std::span<std::uint8_t> out) override {
    const Lock lock(random_mutex_);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random_.below(256));
  }

  void advance(std::int64_t ms) {
    now_ms_ += ms;
    steady_ms_ += ms;
  }
  void set_now(Instant now) { now_ms_ = now.ms; }

 private:
  Mutex random_mutex_;
  TestRandom random_;
  std::atomic<std::int64_t> now_ms_;
  std::atomic<std::int64_t> steady_ms_ = 0;
};

}  // namespace stele::base
