// shape: the columns of :find to the Relation that the caller gets.
//
//   scalar ?n of (?n) "b" / "a"  →  the one row "a"
// Texts are copied into the relation's own arena, so that it needs nothing of the run. A tuple or
// scalar is the first row in the order of values: the same whatever the plan was.
#pragma once

#include "query/run.h"

namespace stele::query {

// Error: `limit` `:query/memory`.
Result<Relation> shape(const ast::Query& query, const Columns& answer, Run& run);

}  // namespace stele::query
