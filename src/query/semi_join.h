// Semi-join: the rows of a relation that have a partner in another, or that have none.
//
//   (?e ?n) 1 "a" / 2 "b" / 3 "c"   with (?e) 1 / 3   keeps 1 "a" / 3 "c", or 2 "b"
// Rows stay in their order. Integers that lie close together, as entity ids do, are looked up in a
// set of bits; everything else in a hash table.
#pragma once

#include "query/join_hash.h"

namespace stele::query {

enum class Keep : std::uint8_t { partnered, unpartnered };

// `from` has all variables of `with`. With no variables every row of `with` is a partner.
// O(rows of both).
Result<Columns> semi_join(const Columns& from, const Columns& with, Keep keep, Nil nil, Run& run);

}  // namespace stele::query
