// RowGroups: the rows of a relation numbered by their values, so that equal rows have equal
// numbers.
//
//   (?sex ?age) :m 30 / :f 41 / :m 30 / :m 41   →   0 1 0 2, first rows 0 1 3
// Numbers are given as rows with new values come up. A text is hashed once for each cell that
// points to it: columns of keywords have many rows and few texts.
#pragma once

#include "query/run.h"

namespace stele::query {

struct RowGroups {
  std::vector<std::uint32_t> numbers;  // by row
  std::vector<Row> first;              // by number: the first row that has it

  std::size_t size() const { return first.size(); }
};

// Groups the rows by these variables; without any all rows are one group, if there are rows.
// Equal means unification. O(rows). Error: `limit` `:query/…`.
Result<RowGroups> group_rows(const Columns& columns, std::span<const Var> variables, Run& run);

}  // namespace stele::query
