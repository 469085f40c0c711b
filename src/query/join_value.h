// Join along values: a relation that knows the value, with a pattern on an indexed attribute.
//
//   (?sku) with [?i :stock/sku ?sku]  →  (?sku ?i)
// A selective relation probes AVET, all its values in one sorted batch; one that would fetch a good
// part of the attribute anyway is hashed against the whole column, which keeps entities sorted.
#pragma once

#include "query/leaf_rows.h"

namespace stele::query {

// Is the value a variable of `left`, under an attribute that AVET holds?
bool can_join_value(const Columns& left, const DbPattern& pattern);

Result<Columns> join_value(const Columns& left, const DbPattern& pattern, Run& run);

}  // namespace stele::query
