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
  explicit TryLock(Mutex& mutex) : mutex_(mutex.try_lock() ? &mutex : nullptr) {}
  ~TryLock() {
    if (mutex_) mutex_->unlock();
  }
  TryLock(const TryLock&) = delete;
  TryLock& operator=(const TryLock&) = delete;
  explicit operator bool() const { return mutex_ != nullptr; }

 private:
  Mutex* mutex_;
};

}  // namespace stele::base
