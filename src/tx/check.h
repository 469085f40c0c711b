// Check: may this value stand under this attribute?
//
// Thread safety: pure functions.
#pragma once

#include "tx/attributes.h"

namespace stele::tx {

// Is the value of the type, as it stands? Nothing is coerced. [D-20]
bool conforms(db::ValueType type, const Value& value);

// A value about to be asserted or retracted, references already ids. `is_strict`: under
// :schema-flexibility :write, where every type is checked; attributes of the system are always.
// Errors: `:transact/schema` "Bad entity value", `:transact/unsupported`.
Done check_value(const TxAttribute& attribute, const Value& value, bool is_strict,
                 const Value& form);

}  // namespace stele::tx
