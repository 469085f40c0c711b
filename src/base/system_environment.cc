// The one place that asks the machine for the time and for randomness.

#include <algorithm>
#include <chrono>

#include <unistd.h>
#if !defined(STELE_WASM)
#include <thread>
#endif

#include "base/check.h"
#include "base/environment.h"

namespace stele::base {
namespace {

template <typename Clock>
std::int64_t milliseconds_now() {
  const auto since_epoch = Clock::now().time_since_epoch();
  return std::chrono::floor<std::chrono::milliseconds>(since_epoch).count();
}

class SystemEnvironment final : public Environment {
 public:
  Instant now() override { return {milliseconds_now<std::chrono::system_clock>()}; }
  std::int64_t steady_ms() override { return milliseconds_now<std::chrono::steady_clock>(); }

  void sleep_ms([[maybe_unused]] std::int64_t ms) override {
#if !defined(STELE_WASM)
    // WebAssembly has one thread, which must not block its host: there, waiting is the host's.
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
#endif
  }

  void fill_random(std::span<std::uint8_t> out) override {
    constexpr std::size_t kEntropyBytesMax = 256;  // what POSIX lets one call ask for
    while (!out.empty()) {
      const std::size_t n = std::min(out.size(), kEntropyBytesMax);
      STELE_CHECK(getentropy(out.data(), n) == 0);
      out = out.subspan(n);
    }
  }
};

}  // namespace

Environment& system_environment() {
  static SystemEnvironment environment;
  return environment;
}

}  // namespace stele::base
