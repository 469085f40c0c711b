#include "sim/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace stele::sim {

Scheduler::~Scheduler() {
  for (const auto& task : tasks_) {
    if (task->thread.joinable()) task->thread.join();
  }
}

void Scheduler::spawn(std::function<void()> body) {
  STELE_CHECK(running_ == nullptr);
  auto task = std::make_unique<Task>();
  task->body = std::move(body);
  task->lot = random_.next();
  tasks_.push_back(std::move(task));
}

bool Scheduler::run() {
  if (tasks_.empty()) return true;
  for (const auto& task : tasks_) {
    task->thread = std::thread([this, mine = task.get()] {
      mine->turn.acquire();
      mine->body();
      end(*mine);
    });
  }
  running_ = next();
  running_->turn.release();
  all_ended_.acquire();
  running_ = nullptr;
  return !given_up();
}

void Scheduler::wait_us(std::int64_t us) {
  Task& mine = *running_;
  if (++steps_ > steps_max_) {
    now_us_ += us;  // so that what waits for its deadline ends
    return;
  }
  mine.due_us = now_us_ + us;
  mine.lot = random_.next();
  Task* const chosen = next();
  now_us_ = std::max(now_us_, chosen->due_us);
  if (chosen == &mine) return;
  running_ = chosen;
  chosen->turn.release();
  mine.turn.acquire();
}

// The task whose time comes first; null when all have ended.
Scheduler::Task* Scheduler::next() {
  Task* first = nullptr;
  for (const auto& task : tasks_) {
    if (task->ended) continue;
    if (!first || std::pair(task->due_us, task->lot) < std::pair(first->due_us, first->lot)) {
      first = task.get();
    }
  }
  return first;
}

void Scheduler::end(Task& task) {
  task.ended = true;
  Task* const chosen = next();
  if (!chosen) return all_ended_.release();
  now_us_ = std::max(now_us_, chosen->due_us);
  running_ = chosen;
  chosen->turn.release();
}

}  // namespace stele::sim
