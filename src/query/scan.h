// scan: the rows of one pattern, by itself.
//
//   [?e :age 30] over an AVET where :age 30 has entities 1 and 4   →   ?e 1 4
// The index is chosen by which constants there are; what it cannot promise is filtered.
#pragma once

#include "query/leaf_rows.h"

namespace stele::query {

// Where a pattern's rows lie: an index and a range in it.
struct ScanRange {
  IndexOrder order = IndexOrder::eavt;
  tree::Range range;
  unsigned searched = 0;  // the parts whose constants or bounds it is made of, by Part
};
ScanRange scan_range(const DbPattern& pattern);

// Rows in the order of the index; a bag where a part is ignored that tells facts apart.
Result<Columns> scan(const DbPattern& pattern, Run& run);
// The same of a plain collection. [4.7]
Result<Columns> scan(const CollectionPattern& pattern, const Value& form, Run& run);

}  // namespace stele::query
