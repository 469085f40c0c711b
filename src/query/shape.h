// shape: the columns of :find to the Relation that the caller gets.
//
// Texts are copied into the relation's own arena, so that it needs nothing of the run.
// [Q-30 … Q-32]
#pragma once

#include "query/found.h"
#include "query/run.h"

namespace stele::query {

// Error: `limit` `:query/memory`.
Result<Relation> shape(const ast::Query& query, const Found& found, Run& run);

}  // namespace stele::query
