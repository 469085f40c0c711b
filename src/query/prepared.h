// Prepared: a query that was read and checked, ready to be run any number of times.
//
// Thread safety: immutable.
#pragma once

#include "query/ast.h"

namespace stele::query {

struct Prepared {
  ast::Query query;
};

}  // namespace stele::query
