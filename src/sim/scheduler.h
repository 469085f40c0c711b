// Scheduler: many tasks, one at a time, in a time of their own.
//
// Every task is a thread, but only one of them ever runs. A task gives way by waiting for simulated
// time to pass; then the task whose time comes next goes on, and the clock jumps to it. Who is next
// when several are due, and so the whole run, depends on the seed and on nothing else. As waiting
// costs no real time, a store that is silent for a minute is as quick to simulate as any.
//
// A task may not block on what another task holds while that one waits: whoever hands work to
// tasks gives them locks that are polled (see SimulatedStore).
//
// Thread safety: the methods for tasks are called by the running task only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "base/testing_random.h"

namespace stele::sim {

class Scheduler {
 public:
  Scheduler(std::uint64_t seed, std::uint64_t steps_max) : random_(seed), steps_max_(steps_max) {}
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Before run().
  void spawn(std::function<void()> body);
  // Runs all tasks to their ends. False: there were more than steps_max steps; from then on
  // `given_up` is true and nobody gives way any more, so that the tasks come to an end.
  bool run();

  // --- for tasks --------------------------------------------------------------------------------
  void wait_us(std::int64_t us);
  bool given_up() const { return steps_ > steps_max_; }

  std::int64_t now_us() const { return now_us_; }
  std::uint64_t steps() const { return steps_; }
  // Draws that decide what happens: in order, so that they are the same in every run of a seed.
  base::TestRandom& draws() { return random_; }

 private:
  struct Task {
    std::function<void()> body;
    std::binary_semaphore turn{0};
    std::int64_t due_us = 0;
    std::uint64_t lot = 0;  // among those that are due at the same time
    bool ended = false;
    std::thread thread;
  };
  Task* next();
  void end(Task& task);

  base::TestRandom random_;
  const std::uint64_t steps_max_;
  std::uint64_t steps_ = 0;
  std::int64_t now_us_ = 0;
  std::vector<std::unique_ptr<Task>> tasks_;
  Task* running_ = nullptr;
  std::binary_semaphore all_ended_{0};
};

}  // namespace stele::sim
