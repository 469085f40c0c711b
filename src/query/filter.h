// filter: the rows for which a predicate holds.
//
//   (?a ?b) 1 2 / 5 4 with [(< ?a ?b)]  →  1 2
// Comparisons go over columns; other predicates are called row by row.
#pragma once

#include "query/resolve.h"

namespace stele::query {

// All variables of the call are columns of `from`.
// Error: `invalid` `:query/function`, `:query/arithmetic`, with the clause.
Result<Columns> filter(const Columns& from, const ResolvedCall& call, const Value& form, Run& run);

// Reads the arguments of one call row by row.
class Arguments {
 public:
  Arguments(const Columns& columns, const ResolvedCall& call);
  std::span<const Item> at(std::size_t row);

 private:
  std::vector<const Column*> columns_;  // null: a constant
  std::vector<Item> items_;
};

// Calls the function; a failure is an error that shows the clause.
Result<Item> call_function(const Function& function, std::span<const Item> args, const Value& form,
                           Run& run);

}  // namespace stele::query
