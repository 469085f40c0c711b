// STELE_TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
// STELE_DO(f()): the same where there is no value to keep.
#pragma once

#include <stele/result.h>

#define STELE_JOIN2(a, b) a##b
#define STELE_JOIN(a, b) STELE_JOIN2(a, b)

#define STELE_TRY(declaration, expression) \
  STELE_TRY_NAMED(STELE_JOIN(result_, __LINE__), declaration, expression)
#define STELE_TRY_NAMED(name, declaration, expression) \
  auto name = (expression);                            \
  if (!name.ok()) return std::move(name).error();      \
  declaration = std::move(*name)

#define STELE_DO(expression)                                                  \
  do {                                                                        \
    if (auto done = (expression); !done.ok()) return std::move(done).error(); \
  } while (false)
