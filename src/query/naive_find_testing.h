// NaiveFind: what :find makes of the rows, worked out by the definitions and nothing else.
//
// Groups are found by comparing every row with every group, aggregates are computed from lists of
// values, and everything is sorted by comparing whole values.
#pragma once

#include "query/ast.h"

namespace stele::query {

// A row as the values of ast::variables_of_rows, in that order.
using NaiveRow = std::vector<Value>;

// The tuples of :find: distinct, grouped, aggregated and, where the query says so, ordered. Cut by
// :offset and :limit only where they are ordered, or where one row is asked for. `setting` gives
// what :in has bound to a variable. (rand …) and (sample …) are left out. [Q-30 … …]
std::vector<NaiveRow> naive_find(const ast::Query& query, const std::vector<NaiveRow>& rows,
                                 const std::vector<std::optional<Value>>& setting);

// Does the definition say where each tuple stands?
bool has_naive_order(const ast::Query& query);

}  // namespace stele::query
