// Members: the aggregates that see all values of a group together: count-distinct, median,
// variance, stddev, distinct, min and max with a number, rand, sample.
#pragma once

#include "query/aggregates.h"
#include "query/found.h"
#include "query/row_groups.h"

namespace stele::query {

struct MemberAggregate {
  AggregateKind kind;
  std::optional<std::uint64_t> count;  // what stands before the variable
  const Value* form;                   // for messages
};

// For each group what its values of the column come to. `sizes` are the rows of each group.
// Error: `invalid` `:query/function`; `limit` `:query/…`.
Result<FoundColumn> aggregate_members(const MemberAggregate& aggregate, const Columns& rows,
                                      Var variable, const RowGroups& groups,
                                      std::span<const std::uint64_t> sizes, Run& run);

}  // namespace stele::query
