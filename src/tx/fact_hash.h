// A hash of values that goes with the storage order.
//
// stele::hash goes with ==, for which 1 and 1.0 differ. Where facts are looked up they are one, and
// so they are here.
//
// Thread safety: a pure function.
#pragma once

#include <stele/value.h>

namespace stele::tx {

// compare(x, y) == 0 implies fact_hash(x) == fact_hash(y). [D-39]
std::uint64_t fact_hash(const Value& value);

}  // namespace stele::tx
