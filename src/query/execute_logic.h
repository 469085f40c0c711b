// execute_logic: negations and disjunctions among the relations around them.
//
//   (?e) 1 / 2 / 3 with (not [?e :sex :male])                         →  those that no man is
//   (?e) 1 / 2 / 3 with (or [?e :name "a"] (and [?e :n ?n] [(> ?n 1)]))   →  (?e ?n) …
// What is inside is planned here, when it is known how many rows are around it: either by itself,
// and its answer is joined (a negation's answer takes away), or from the distinct values that the
// rows around it have for the variables they share, if that costs less. Both ways give the same,
// and where the inside needs a value from around it only the second can be taken.
#pragma once

#include "query/resolve.h"

namespace stele::query {

// The rows of `from`, which has all that the negation shares, for which its body has no solution.
Result<Columns> keep_none_of(const Columns& from, const ResolvedNegation& negation,
                             std::size_t variables, Run& run);

// The relations, of which no two share a variable, joined with the union of the branches.
Result<Columns> join_any_of(std::span<const Columns> around, const ResolvedDisjunction& disjunction,
                            std::size_t variables, Run& run);

}  // namespace stele::query
