// Deadline: the moment after which an operation gives up, on the steady clock of its environment.
// The default is never.
#pragma once

#include <cstdint>

namespace stele {

struct Deadline {
  static constexpr std::int64_t kNever = INT64_MAX;
  std::int64_t steady_ms = kNever;
};

}  // namespace stele
