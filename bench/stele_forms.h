// Data sets as forms of transactions.
#pragma once

#include <stele/value.h>

#include "data_set.h"

namespace stele::bench {

// Declares all attributes; every one is indexed.
Value schema_forms(const DataSet& data);
// A map for each row.
Value all_forms(const DataSet& data);
// The same for rows [begin, end) of one table.
Value table_forms(const Table& table, std::size_t begin, std::size_t end);
// Every value of cardinality one becomes another.
Value changed_forms(const DataSet& data);

// The text with the argument instead of `{}`.
std::string with_argument(const std::string& text, std::int64_t argument);

}  // namespace stele::bench
