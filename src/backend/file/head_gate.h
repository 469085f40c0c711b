// Who may change a head: one thread of one process at a time.
//
// The lock between processes is that of the file `heads/NAME.lock`, which exists for nothing else:
// the head's own file is replaced by folds, and a lock on it would guard what is no longer the
// head. Each Store object has its own open file, so two of them in one process exclude each other
// like two processes. Between the threads of one Store object the gate itself decides.
//
// A thread that holds the gate by hold() passes through enter() freely.
//
// Thread safety: any number of threads. Not to be used on both sides of a fork().
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "backend/file/file_system.h"
#include "base/environment.h"
#include "base/mutex.h"

namespace stele::backend {

class HeadGate {
 public:
  // `wait_max_ms`: how long to wait for the gate even where the deadline is later.
  HeadGate(FileSystem& files, base::Environment& environment, std::string lock_path,
           bool may_create, std::int64_t wait_max_ms)
      : files_(files),
        environment_(environment),
        lock_path_(std::move(lock_path)),
        may_create_(may_create),
        wait_max_ms_(wait_max_ms) {}

  // The right to be inside; left on destruction.
  class Pass {
   public:
    Pass(HeadGate* gate, std::uint64_t turn) : gate_(gate), turn_(turn) {}
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), turn_(other.turn_) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() { leave(); }
    void leave() {
      if (gate_) std::exchange(gate_, nullptr)->leave(turn_);
    }

   private:
    HeadGate* gate_;  // null: nothing to leave
    std::uint64_t turn_;
  };

  // Errors: `limit` `:store/deadline`, or what the file system says.
  Result<Pass> enter(Deadline deadline);
  // Like enter(), and the calling thread may enter again meanwhile.
  Result<Pass> hold(Deadline deadline);
  bool is_held_by_this_thread();
  // What the holder may do before its Pass ends; nothing for others.
  void leave_early();

 private:
  // The turn it is now.
  Result<std::uint64_t> wait_inside(Deadline deadline);
  Done wait_for_threads(std::int64_t until_ms);
  Result<bool> try_processes();
  Error waited_too_long() const;
  void leave(std::uint64_t turn);

  FileSystem& files_;
  base::Environment& environment_;
  const std::string lock_path_;
  const bool may_create_;
  const std::int64_t wait_max_ms_;

  base::Mutex mutex_;                // guards the three below
  bool busy_ = false;                // a thread is inside, or waits there for the other processes
  std::uint64_t turn_ = 0;           // counts those who were inside
  base::Condition left_;             // notified when busy_ ends
  std::thread::id holder_;           // by hold()
  std::unique_ptr<File> lock_file_;  // belongs to the thread inside
};

}  // namespace stele::backend
