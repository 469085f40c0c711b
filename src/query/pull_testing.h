// What tests of pull are made with.
#pragma once

#include <gtest/gtest.h>

#include <stele/pull.h>

#include "query/query_testing.h"

namespace stele::query {

// What is pulled as EDN, or "!! code: message". It is besides compared with a prepared pattern's
// answer.
std::string pulled(const Db& db, std::string_view pattern, const Value& eid);

}  // namespace stele::query

#define EXPECT_PULLED(expected, ...) \
  EXPECT_EQ(::stele::query::canonical(expected), ::stele::query::pulled(__VA_ARGS__))
#define EXPECT_NOT_PULLED(code, part, ...)                                           \
  do {                                                                               \
    const std::string said = ::stele::query::pulled(__VA_ARGS__);                    \
    EXPECT_TRUE(said.starts_with("!! " code)) << said;                               \
    EXPECT_NE(said.find(part), std::string::npos) << said << "\n  has no: " << part; \
  } while (false)
