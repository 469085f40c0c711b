// scan_tally: aggregates of a single pattern, straight from the leaves that it lies in.
//
//   [:find (avg ?s) (count ?e) . :with ?e :where [?e :salary ?s]]
// Where no two rows can be equal and each aggregate sees each value once, there is nothing to join,
// to deduplicate or to group: the cells of the leaves are added where they lie, and rows that are
// only counted are not even read.
#pragma once

#include "query/found.h"
#include "query/plan.h"

namespace stele::query {

// The pattern, if the query is of this form; else null.
const DbPattern* tallied_pattern(const ast::Query& query, const Resolved& resolved,
                                 const Plan& plan);

// One row with what the aggregates come to, or none. Errors: as find.
Result<Found> tally_scan(const ast::Query& query, const DbPattern& pattern, Run& run);

}  // namespace stele::query
