// unite: several sets of rows over the same variables as one set.
//
//   (?e) 1 / 4  and  (?e) 4 / 2   →   (?e) 1 / 2 / 4
#pragma once

#include "query/run.h"

namespace stele::query {

// All have the variables of the first, in the same order. A single column of integers that lie
// close together comes out ascending.
Result<Columns> unite(std::vector<Columns> parts, Run& run);

}  // namespace stele::query
