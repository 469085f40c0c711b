// SimulatedProcess: what one process of a simulation has of the world: its clock, its randomness,
// and its way to the store that all share.
//
// The store's answers take simulated time before and after they have their effect, so that the
// calls of several processes overlap in every order. A process may be killed: from some call on
// nothing that it does has an effect, and every answer it gets is an error. A process may be
// stopped for long: to the others it then looks dead, and to itself nothing has happened.
//
// Thread safety: none; only one task runs at a time.
#pragma once

#include <map>

#include <stele/store.h>

#include "base/environment.h"
#include "sim/scheduler.h"
#include "sim/trace.h"

namespace stele::sim {

// Who holds which lock. Locks of a killed process are free, as the machine would free them.
using Locks = std::map<std::string, const class SimulatedProcess*>;

struct Latency {
  std::int64_t usual_us = 400;  // each way, at most
  std::int64_t stop_us = 3'000'000;
  int stops = 2;  // of a thousand calls that find their process stopped for long
};

class SimulatedProcess final : public base::Environment {
 public:
  SimulatedProcess(std::string name, Scheduler& scheduler, Trace& trace, Locks& locks,
                   Latency latency, std::int64_t clock_skew_ms)
      : name_(std::move(name)),
        scheduler_(scheduler),
        trace_(trace),
        locks_(locks),
        latency_(latency),
        clock_skew_ms_(clock_skew_ms) {}
  ~SimulatedProcess() override { free_locks(); }

  Instant now() override { return Instant{kEpochMs + scheduler_.now_us() / 1000 + clock_skew_ms_}; }
  std::int64_t steady_ms() override { return scheduler_.now_us() / 1000; }
  void sleep_ms(std::int64_t ms) override { scheduler_.wait_us(ms * 1000); }
  void fill_random(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(scheduler_.draws().below(256));
  }

  // The store as this process sees it. It takes locks where `with_locks`; otherwise its heads can
  // only be swapped, as on object stores.
  std::shared_ptr<Store> reach(std::shared_ptr<Store> shared, bool with_locks);

  // From the n-th call on, counted from now, it is dead.
  void kill_after(std::uint64_t calls) { calls_left_ = calls; }
  bool killed() const { return calls_left_ == 0; }

  template <typename... Parts>
  void say(const Parts&... parts) {
    trace_.add(scheduler_.now_us(), name_, parts...);
  }
  Scheduler& scheduler() { return scheduler_; }

 private:
  friend class SimulatedStore;
  static constexpr std::int64_t kEpochMs = 1'700'000'000'000;

  void travel();
  bool begin_call();
  void free_locks() {
    std::erase_if(locks_, [&](const auto& lock) { return lock.second == this; });
  }

  const std::string name_;
  Scheduler& scheduler_;
  Trace& trace_;
  Locks& locks_;
  const Latency latency_;
  const std::int64_t clock_skew_ms_;
  std::uint64_t calls_left_ = UINT64_MAX;
};

}  // namespace stele::sim
