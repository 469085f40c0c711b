// project: some of a relation's variables, each combination once.
//
//   (?e ?a) 1 30 / 2 30 / 3 41 on ?a  →  (?a) 30 / 41
// Relations between operators are sets, so what is no longer needed is dropped as early as it can
// be: a variable that only joined two clauses costs nothing behind the second.
#pragma once

#include "query/run.h"

namespace stele::query {

// The variables of `keep` that `from` has, in the order of `keep`. `are_distinct` says that no two
// rows can be equal in them, so that nothing need be looked for.
Result<Columns> project(const Columns& from, std::span<const Var> keep, bool are_distinct,
                        Run& run);

}  // namespace stele::query
