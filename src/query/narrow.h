// narrow: clauses to clauses, comparisons with constants made bounds of what a pattern reads.
//
//   [?e :salary ?s] [(> ?s 50000)]   with :salary a long that is indexed
// becomes
//   [?e :salary ?s]   ?s in 50001 …
// so that the index is read from the bound on, and counts of it are exact. The comparison itself is
// dropped where the bounds say all of it: there are values that no order holds of, such as NaN, and
// bounds of the past are only as good as its schema.
#pragma once

#include "query/resolve.h"

namespace stele::query {

// Clauses that hold together, and those inside of them. O(clauses² · terms); reads nothing and
// cannot fail.
void narrow(std::vector<ResolvedClause>& clauses);

}  // namespace stele::query
