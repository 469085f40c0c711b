// apply: the answers of a function, bound.
//
//   (?a) 3 4 with [(* ?a 2) ?b]          →  (?a ?b) 3 6 / 4 8
//   (?a ?b) 3 6 / 4 9 with the same      →  (?a ?b) 3 6
// A variable that is bound already must unify; an answer of nil drops the row.
#pragma once

#include "query/resolve.h"

namespace stele::query {

// All variables among the arguments are columns of `from`.
// Error: as filter; `invalid` `:query/binding`.
Result<Columns> apply(const Columns& from, const ResolvedCall& call, const Value& form, Run& run);

}  // namespace stele::query
