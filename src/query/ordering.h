// ordering: which of the rows of :find are answered, and in which order.
//
//   :order-by [?age :desc] :offset 10 :limit 10
// Rows that are equal by the keys come in the order of the whole tuple, so that the same database
// always gives the same page. Of a few rows out of many only these few are ever sorted. [Q-34,
//
#pragma once

#include "query/found.h"
#include "query/run.h"

namespace stele::query {

// Orders and cuts. A single value or tuple is the first in :order-by's place, by value.
// Error: `limit` `:query/…`.
Done order_rows(const ast::Query& query, Found& found, Run& run);

}  // namespace stele::query
