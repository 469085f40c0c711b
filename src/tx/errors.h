// Errors of transactions: the messages that more than one place gives. [E-1]
//
// `form` is the item of the transaction in which it happened; it goes into the data as :context.
//
// Thread safety: pure functions.
#pragma once

#include <stele/error.h>
#include <stele/value.h>

#include "base/text.h"

namespace stele::tx {

// A value as it stands in a message.
std::string shown(const Value& value);

Error syntax_error(std::string message, const Value& form);
Error schema_error(std::string message, const Value& form);
Error unsupported(std::string_view what, const Value& form);
Error bad_value(std::string_view expected, const Value& value, const Value& form);
Error nil_value(const Value& form);
Error entity_missing(const Value& reference, const Value& form);
Error tempid_misuse(const Value& form);
Error no_entity_id(const Value& reference, const Value& form);

}  // namespace stele::tx
