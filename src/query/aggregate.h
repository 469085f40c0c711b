// aggregate: rows to the groups that :find describes, and what each group comes to. [4.9.2]
//
//   (?sex ?age) :m 30 / :f 41 / :m 32 with [:find ?sex (avg ?age)]   →   :m 31.0 / :f 41.0
#pragma once

#include "query/aggregates.h"
#include "query/found.h"
#include "query/resolve.h"

namespace stele::query {

// An aggregate of :find with all that depends on :in settled.
struct ResolvedAggregate {
  const Aggregate* aggregate = nullptr;
  std::optional<std::uint64_t> count;  // what stands before the variable
};

// Error: `invalid` `:query/inputs`.
Result<ResolvedAggregate> resolve_aggregate(const ast::FindElement& element,
                                            const Resolved& resolved);

// One row for each group; without aggregates the rows themselves, on the columns of :find. What is
// pulled is still the entity. `rows` are distinct. Errors: as find.
Result<Found> aggregate(const ast::Query& query, const Resolved& resolved, const Columns& rows,
                        Run& run);

bool has_aggregates(const ast::Query& query);
Error aggregate_failed(const ast::FindElement& element, const CallContext& context);

}  // namespace stele::query
