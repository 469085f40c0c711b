// Relation::Data: what a Relation shares, the answer as columns that own their texts.
#pragma once

#include <string>

#include "query/columns.h"

namespace stele {

struct Relation::Data {
  FindShape shape = FindShape::relation;
  bool is_ordered = false;
  std::vector<std::string> names;
  std::vector<query::ColumnPtr> columns;
  std::size_t rows = 0;
  base::Arena arena;  // texts of the cells
};

}  // namespace stele
