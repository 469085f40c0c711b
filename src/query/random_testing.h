// Small random data, and other things that tests with random queries are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/testing_random.h"
#include "query/query_testing.h"

namespace stele::query {

inline constexpr int kEntities = 9;
inline constexpr const char* kAttributes[] = {":one", ":many", ":idx", ":ref", ":any"};

std::string pick(base::TestRandom& random, const std::vector<std::string>& from);
std::string random_value(base::TestRandom& random, std::string_view attribute);

// A database of so many facts, or somewhat fewer; it declares the attributes but for :any.
Db random_db(base::TestRandom& random, std::int64_t facts);
Value random_collection(base::TestRandom& random);

// The query with every variable under another name.
std::string renamed(std::string query);

}  // namespace stele::query
