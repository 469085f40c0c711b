// scope: which variables a query binds, and what its negations and disjunctions share with what is
// around them.
//
//   [?e :age ?a] (not [?e :boss ?b])                     shares ?e; ?b is the negation's own
//   [?e :age ?a] [?f :boss ?b] (not [?e :boss ?b])       shares ?e and ?b
//   (or [?e :age 1] (and [?e :age ?x] [(< ?x ?max)]))    shares ?e ?x ?max, and needs ?max
// All of it is decided by the clauses alone, whatever their order and the data. [Q-50 … Q-56]
#pragma once

#include "query/var_set.h"

namespace stele::query {

// The variables that :in and :where bind; fills in ast::Sharing in every clause.
// Errors: `invalid` `:query/where` for a clause that can never get what it needs, `:parser/where`
// for one that does not say the same in all its parts.
Result<VarSet> settle_scopes(ast::Query& query);

}  // namespace stele::query
