// Join along entities: a relation that knows the entity, with a pattern on it.
//
//   (?e ?name) with [?e :age ?a]  →  (?e ?name ?a)
// The relation is sorted by entity and merged with the attribute's AEVT column (with EAVT where
// the attribute is open). A run of star clauses on one entity is a run of these joins, sorted once.
// When the relation is small beside the column, its entities are probed instead, in one sorted
// batch.
#pragma once

#include "query/leaf_rows.h"

namespace stele::query {

// Can it be used? The entity must be a variable whose column in `left` holds nothing but integers.
bool can_join_entity(const Columns& left, const DbPattern& pattern);

// O(rows of left · log, if they are unsorted + rows of the attribute, or probes).
Result<Columns> join_entity(const Columns& left, const DbPattern& pattern, Run& run);

}  // namespace stele::query
