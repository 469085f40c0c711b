// References: how a database is written where a value may stand.
//
//   #db "name"                 a database by name
//   #db-as-of [ref t]          as it stood at t, a transaction id or an #inst
//   #db-since [ref t]          the facts that were said after t and still stand
//   #db-history ref            every addition and every retraction
//   #db-with [ref tx]          as it would be after a transaction
// `ref` is a name or another reference. A name means whatever the caller says: in the pipe a
// connection or a snapshot, on the command line a URL.
#pragma once

#include <functional>

#include <stele/stele.h>

namespace stele::app {

using DbNamed = std::function<Result<Db>(const Value& name)>;

bool is_reference(const Value& value);

// Errors: `invalid` `:pipe/request`, `:pipe/unsupported`; those of `named`.
Result<Db> db_referred(const Value& reference, const DbNamed& named);

}  // namespace stele::app
