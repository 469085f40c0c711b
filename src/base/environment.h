// Time and randomness, the two things a pure kernel must be handed.
//
// Nothing in stele asks the machine for them directly: a simulator that hands in its own can
// replay a run from one seed. `system_environment()` is the real one.
//
// Thread safety: implementations are safe for concurrent use.
#pragma once

#include <cstdint>
#include <span>

#include <stele/deadline.h>
#include <stele/value.h>

namespace stele::base {

class Environment {
 public:
  virtual ~Environment() = default;
  // Wall clock, for txInstant and ages. May jump.
  virtual Instant now() = 0;
  // Monotone milliseconds from an arbitrary origin, for deadlines.
  virtual std::int64_t steady_ms() = 0;
  virtual void sleep_ms(std::int64_t ms) = 0;
  virtual void fill_random(std::span<std::uint8_t> out) = 0;

  std::uint64_t random_u64();
  Uuid random_uuid();  // version 4
};

Environment& system_environment();

// Never, where the sum would be more than a clock can show.
inline Deadline deadline_after(Environment& environment, std::int64_t ms) {
  const std::int64_t now = environment.steady_ms();
  return {ms > Deadline::kNever - now ? Deadline::kNever : now + ms};
}
inline bool passed(Deadline deadline, Environment& environment) {
  return deadline.steady_ms != Deadline::kNever && environment.steady_ms() >= deadline.steady_ms;
}

}  // namespace stele::base
