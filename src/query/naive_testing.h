// Naive: what a query means, worked out by its definition and nothing else.
//
// Every way in which all clauses can be true together is tried, one fact after another, with no
// index, no plan and no columns. It exists only to be right: the engine must agree with it.
#pragma once

#include <stele/query.h>

#include "query/ast.h"

namespace stele::query {

// The tuples that :find describes, whatever the shape; see naive_find for their order and for what
// is cut. For queries without errors and the functions that the tests use.
std::vector<std::vector<Value>> naive(const ast::Query& query, const std::vector<Input>& inputs);
// The same of a relation without order as the set that it is.
Value naive_set(const ast::Query& query, const std::vector<Input>& inputs);

}  // namespace stele::query
