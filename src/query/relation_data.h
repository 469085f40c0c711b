// Relation::Data: what a Relation shares, the answer as columns that own their texts.
#pragma once

#include <string>

#include "query/columns.h"

namespace stele {

struct Relation::Data {
  FindShape shape = FindShape::relation;
  bool is_set = true;
  bool is_ordered = false;
  std::vector<std::string> names;
  std::vector<Value> return_keys;  // by column; none: rows are tuples
  std::vector<query::ColumnPtr> columns;
  std::vector<std::vector<Value>> values;  // by column; empty: its cells are what it holds
  std::size_t rows = 0;
  QueryStatistics statistics;
  base::Arena arena;  // texts of the cells
};

}  // namespace stele
