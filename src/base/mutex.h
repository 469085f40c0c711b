// Mutex: std::mutex where there are threads, nothing where there are none (WebAssembly).
#pragma once

#if !defined(STELE_WASM)
#include <condition_variable>
#include <mutex>
#endif

namespace stele::base {

#if defined(STELE_WASM)
class Mutex {
 public:
  void lock() {}
  bool try_lock() { return true; }
  void unlock() {}
};
class Lock {
 public:
  explicit Lock(Mutex&) {}
  void unlock() {}
  void lock() {}
};
class Condition {
 public:
  void wait(Lock&) {}
  void notify_all() {}
  void notify_one() {}
};
#else
using Mutex = std::mutex;
using Lock = std::unique_lock<std::mutex>;
using Condition = std::condition_variable;
#endif

// Holds the mutex if nobody else did; says which.
class TryLock {
 public:
  explicit TryLock(Mutex& mutex) : mutex_(mutex), held_(mutex.try_lock()) {}
  ~TryLock() {
    if (held_) mutex_.unlock();
  }
  TryLock(const TryLock&) = delete;
  TryLock& operator=(const TryLock&) = delete;
  explicit operator bool() const { return held_; }
  // Tries again if it does not hold it yet.
  bool try_again() { return held_ = held_ || mutex_.try_lock(); }

 private:
  Mutex& mutex_;
  bool held_;
};

}  // namespace stele::base
