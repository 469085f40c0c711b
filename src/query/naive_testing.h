// Naive: what a query means, worked out by its definition and nothing else.
//
// Every way in which all clauses can be true together is tried, one fact after another, with no
// index, no plan and no columns. It exists only to be right: the engine must agree with it.
#pragma once

#include <stele/query.h>

#include "query/ast.h"

namespace stele::query {

// The relation that :find describes, as a set of vectors whatever the shape. For queries without
// errors and the functions that the tests use.
Value naive(const ast::Query& query, const std::vector<Input>& inputs);

}  // namespace stele::query
