#include "backend/file/head_gate.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "base/try.h"

namespace stele::backend {
namespace {

// Somebody is inside for about 20 µs to append and a few ms to replace. Short waits keep the rate
// of several processes up, and long ones keep the processor free behind somebody who stays.
constexpr std::int64_t kFirstPauseUs = 1;
constexpr std::int64_t kPauseMaxUs = 1000;
// Waiting threads look at the clock this often, should it be another one than the machine's.
constexpr std::int64_t kLookAgainMs = 100;
constexpr std::int64_t kForeverMs = std::int64_t{1} << 40;

}  // namespace

Result<HeadGate::Pass> HeadGate::enter(Deadline deadline) {
  if (is_held_by_this_thread()) return Pass(nullptr, 0);
  STELE_TRY(const std::uint64_t turn, wait_inside(deadline));
  return Pass(this, turn);
}

Result<HeadGate::Pass> HeadGate::hold(Deadline deadline) {
  STELE_TRY(const std::uint64_t turn, wait_inside(deadline));
  base::Lock lock(mutex_);
  holder_ = std::this_thread::get_id();
  return Pass(this, turn);
}

bool HeadGate::is_held_by_this_thread() {
  base::Lock lock(mutex_);
  return holder_ == std::this_thread::get_id();
}

void HeadGate::leave_early() {
  if (is_held_by_this_thread()) leave(turn_);  // our turn: nobody else changes it
}

Result<std::uint64_t> HeadGate::wait_inside(Deadline deadline) {
  const std::int64_t wait_ms = std::min(wait_max_ms_, kForeverMs);
  const std::int64_t until_ms = std::min(deadline.steady_ms, environment_.steady_ms() + wait_ms);
  STELE_DO(wait_for_threads(until_ms));
  for (std::int64_t pause_us = kFirstPauseUs;; pause_us = std::min(pause_us * 2, kPauseMaxUs)) {
    auto entered = try_processes();
    if (entered.ok() && *entered) return turn_;
    if (!entered.ok() || environment_.steady_ms() >= until_ms) {
      leave(turn_);
      return entered.ok() ? waited_too_long() : entered.error();
    }
    files_.pause_us(pause_us);
  }
}

Done HeadGate::wait_for_threads(std::int64_t until_ms) {
  base::Lock lock(mutex_);
  while (busy_) {
    const std::int64_t left_ms = until_ms - environment_.steady_ms();
    if (left_ms <= 0) return waited_too_long();
    left_.wait_for(lock, std::chrono::milliseconds(std::min(left_ms, kLookAgainMs)));
  }
  busy_ = true;
  ++turn_;
  return {};
}

Result<bool> HeadGate::try_processes() {
  for (;;) {
    if (!lock_file_) {
      const OpenMode mode = may_create_ ? OpenMode::write_or_create : OpenMode::read;
      auto opened = files_.open(lock_path_, mode);
      // Every writer makes the lock file first: without one there is nobody to keep out.
      if (!opened.ok() && !may_create_ && opened.error().code() == "store/missing") return true;
      if (!opened.ok()) return opened.error();
      lock_file_ = std::move(*opened);
    }
    STELE_TRY(const bool locked, lock_file_->try_lock());
    if (!locked) return false;
    // Who deletes a database removes its lock files, and we may have waited for one of those.
    STELE_TRY(const FileStat ours, lock_file_->stat());
    STELE_TRY(const std::optional<FileStat> there, files_.stat(lock_path_));
    if (there && there->same_file(ours)) return true;
    lock_file_.reset();
  }
}

Error HeadGate::waited_too_long() const {
  return {ErrorCategory::limit, "store/deadline",
          base::text("The lock ", lock_path_, " was held by others until the deadline.")};
}

void HeadGate::leave(std::uint64_t turn) {
  base::Lock lock(mutex_);
  if (!busy_ || turn != turn_) return;  // left early
  if (lock_file_) lock_file_->unlock();
  holder_ = {};
  busy_ = false;
  left_.notify_one();
}

}  // namespace stele::backend
