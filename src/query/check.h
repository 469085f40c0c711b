// check: what must be true of a query before it is run on anything.
//
//   [:find ?x :where [?e :age ?a]]            Query for unknown vars: [?x]
//   [:find ?e :where [?e :age] [(> ?b 3)]]    insufficient bindings: #{?b} not bound in [(> ?b 3)]
// The errors come whatever the data are: a query that is wrong is wrong on an empty database, too.
//
#pragma once

#include "query/ast.h"

namespace stele::query {

// Fills in what clauses share with their surroundings (see scope.h).
// Errors: `invalid` `:parser/query`, `:parser/where`, `:query/where`.
Done check(ast::Query& query);

}  // namespace stele::query
