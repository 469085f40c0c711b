// What `transact` accepts. [T-1]
#include "tx/errors.h"
#include "tx/transact.h"

namespace stele::tx {

Result<TxInput> read_input(const Value& argument) {
  if (argument.is_sequential()) return TxInput{argument, Value(), false};
  if (!argument.is(Kind::map)) {
    return syntax_error(
        base::text("Bad argument to transact, expected map, vector or sequence: ", shown(argument)),
        argument);
  }
  const Value* items = argument.find_keyword("tx-data");
  if (!items) {
    return syntax_error("Bad argument to transact, map missing key :tx-data.", argument);
  }
  const Value* meta = argument.find_keyword("tx-meta");
  const Value* strict = argument.find_keyword("strict-tempids?");
  if (strict && !strict->is(Kind::boolean)) {
    return syntax_error(
        base::text("Bad argument to transact, :strict-tempids? is true or false; got ",
                   shown(*strict)),
        argument);
  }
  return TxInput{*items, meta ? *meta : Value(), strict && strict->as_bool()};
}

}  // namespace stele::tx
