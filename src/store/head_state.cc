#include "store/head_state.h"

#include <charconv>

#include "base/text.h"

namespace stele::store {

HeadVersion HeadState::version() const { return {base::text(generation, '.', length)}; }

std::optional<HeadState> HeadState::of(const HeadVersion& version) {
  const char* at = version.token.data();
  const char* end = at + version.token.size();
  HeadState state;
  auto [dot, error] = std::from_chars(at, end, state.generation);
  if (error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  auto [rest, error_of_length] = std::from_chars(dot + 1, end, state.length);
  if (error_of_length != std::errc() || rest != end) return std::nullopt;
  if (state.generation <= 0 || state.length < 0) return std::nullopt;
  return state;
}

std::int64_t new_generation(base::Environment& environment) {
  return static_cast<std::int64_t>(environment.random_u64() >> 1 | 1);
}

}  // namespace stele::store
