// Hash join: two relations on the variables they share.
//
//   (?e ?sku) ⋈ (?sku ?n)  →  (?e ?sku ?n)
// The smaller side is put into a table, the other is looked up row by row; rows of the answer are
// in the order of the looked-up side, which keeps entities sorted. With nothing shared the answer
// is the product.
#pragma once

#include "query/run.h"

namespace stele::query {

// nil is no value and joins nothing, unless one side was made from the other and the two are only
// brought together again.
enum class Nil : std::uint8_t { joins_nothing, equals_nil };

// O(rows of both + rows of the answer).
Result<Columns> join_hash(const Columns& a, const Columns& b, Run& run,
                          Nil nil = Nil::joins_nothing);

}  // namespace stele::query
