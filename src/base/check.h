// Assertions on what the program itself must keep true. User input never reaches one; a
// programmer's error always does. They stay on in every build: each is one predictable branch.
#pragma once

namespace stele::base {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define STELE_CHECK(condition)                         \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::stele::base::check_failed(#condition, __FILE__, __LINE__))
