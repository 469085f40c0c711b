// What Boost calls where it would throw, in builds without exceptions. We never rely on a throw, so
// getting here is a defect of ours: say so and stop.

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace boost {

struct source_location;

[[noreturn]] void throw_exception(const std::exception& thrown) {
  std::fprintf(stderr, "stele: a library wanted to throw: %s\n", thrown.what());
  std::abort();
}

[[noreturn]] void throw_exception(const std::exception& thrown, const source_location&) {
  throw_exception(thrown);
}

}  // namespace boost
