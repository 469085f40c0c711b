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

// A value about to be asserted: no longer than :db/maxLength of the attribute, or else the caps of
// the database, allow? Strings count in UTF-16 units. [D-67, D-68, J-6]
// Error: `:transact/max-length`.
Done check_length(const TxAttribute& attribute, const Value& value, const format::Config& config,
                  const Value& form);

}  // namespace stele::tx
