#include <cstdio>
#include <cstdlib>

#include <stele/result.h>

#include "base/text.h"

namespace stele {

Exception::Exception(Error error)
    : error_(std::move(error)), what_(base::text(":", error_.code(), " ", error_.message())) {}

const char* Exception::what() const noexcept { return what_.c_str(); }

void detail::throw_or_abort(const Error& error) {
#if defined(__cpp_exceptions)
  throw Exception(error);
#else
  std::fprintf(stderr, "stele: %s\n", Exception(error).what());
  std::abort();
#endif
}

}  // namespace stele
