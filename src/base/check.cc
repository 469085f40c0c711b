#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace stele::base {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "stele: %s:%d: this must hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace stele::base
