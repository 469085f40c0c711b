// Found: the columns of :find, on their way from the rows of the plan to a Relation.
//
// A column has cells, or Values where an answer is built of values: the maps of pull, and what
// (distinct ?x) or (max 3 ?x) gather.
#pragma once

#include "query/columns.h"

namespace stele::query {

struct FoundColumn {
  ColumnPtr cells;            // null: `values` are it
  std::vector<Value> values;  // by row

  std::size_t size() const { return cells ? cells->size() : values.size(); }
};

struct Found {
  std::vector<FoundColumn> columns;  // by element of :find
  std::size_t rows = 0;
};

}  // namespace stele::query
