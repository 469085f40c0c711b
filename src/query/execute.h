// execute: a plan, step by step, to the columns that are asked for.
//
// Each step produces one relation. As soon as one is empty so is the answer: relations are only
// ever joined. Which of its ways an operator takes (probe or merge, which side is hashed) it
// decides itself, by the rows it really has.
#pragma once

#include "query/plan.h"

namespace stele::query {

// Rows over the variables of `find`, each once. Errors: `invalid` `:query/function`,
// `:query/arithmetic`, `:query/binding`; `limit` `:query/…`; the reader's.
Result<Columns> execute(const Conjunction& conjunction, const Plan& plan, Run& run);

}  // namespace stele::query
