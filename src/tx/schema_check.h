// Schema check: is what a transaction made of the schema something that the data can live with?
//
// It looks at the state that results, so that the order of operations does not matter and no path
// goes round it. [D-121, X-86]
#pragma once

#include "tx/attempt.h"

namespace stele::tx {

// Reads of the data only what a change of an attribute in use calls for.
// Errors: `:transact/schema`; `:schema/validation` a component that is no reference;
// `:transact/unsupported`.
Done check_schema(Attempt& attempt, bool is_strict, bool keeps_history);

}  // namespace stele::tx
