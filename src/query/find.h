// find: from the rows that a plan found to the columns of :find.
//
//   (?e ?sex ?age) of [:find ?sex (avg ?age) :with ?e … :order-by [?sex]]  →  (?sex (avg ?age))
// Rows are grouped by the elements that are no aggregates, an entity that is pulled by itself; then
// ordered and cut; what is left is pulled.
#pragma once

#include "query/found.h"
#include "query/plan.h"

namespace stele::query {

// Errors: `invalid` `:query/function`, `:query/arithmetic`, `:query/inputs`, `:parser/pull`;
// `limit` `:query/…`; the reader's.
Result<Found> find(const ast::Query& query, const Resolved& resolved, const Columns& rows,
                   Run& run);

// Executes the plan and finds; where aggregates need nothing but to see each row of one scan once,
// straight from its leaves. Errors: as execute and find.
Result<Found> execute_and_find(const ast::Query& query, const Resolved& resolved, const Plan& plan,
                               Run& run);

// What is done behind the plan as lines of text, for people.
std::string explain_find(const ast::Query& query);

}  // namespace stele::query
