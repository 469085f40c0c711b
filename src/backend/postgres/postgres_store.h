// A store in a PostgreSQL database. Any number of stores live in one database, told apart by the
// prefix of their tables:
//
//   PREFIX_store    (layout)                          marks it; the layout's version, 1
//   PREFIX_heads    (name, generation, length)        a head; each swap gives it a new generation
//   PREFIX_entries  (name, generation, ends, bytes)   what heads consist of: a row for what was
//                                                     swapped in and one for each append; `ends` is
//                                                     the head's length behind the row. Those of
//                                                     the generation before are kept for repair
//   PREFIX_objects  (key, bytes, written)             objects, stored plain, read by range;
//                                                     `tmp/NAME.damaged` is what a repair of the
//                                                     head NAME took away
//
// A commit is one statement and one round trip: it makes the head longer if it still is the version
// expected, and inserts one row if it did. Any number of clients may use one store at once. A
// writer that lost a race takes an advisory lock of the server, which every head write passes.
//
// Durable as the server is: with `fsync` on it flushes before it acknowledges, and sessions ask for
// `synchronous_commit` where the server's default is not to. A head write whose answer is lost, or
// late, is `unknown`. Between this store and the server there may be a pooler only if it gives
// whole sessions.
//
// Who may not write, and who asks a standby, has a store for reading.
//
// A Store must not be used on both sides of a fork(). A name of a host is looked up by the system,
// which knows no deadlines.
//
// Errors beside those of Store: `unavailable` `:store/library` (libpq is not installed),
// `:store/unreachable`, `:store/missing` (no database, or no store in it), `:store/denied`,
// `:store/tls`, `:store/busy` (no connection is free), `:store/timeout` (the server's own limits),
// `:store/full`, `:store/io`; `invalid` `:store/format` (made by a later version); `conflict`
// `:store/exists` (create: there is one).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <stele/store.h>

#include "backend/postgres/postgres_settings.h"
#include "base/environment.h"

namespace stele::backend {

struct PostgresStoreOptions {
  bool read_only = false;
  // How long opening, creating and looking take at most.
  std::int64_t open_wait_ms = 60'000;
  base::Environment* environment = nullptr;  // null: system_environment(); must outlive the store
};

class PostgresStore {
 public:
  // Makes the tables.
  static Result<std::shared_ptr<Store>> create(const PostgresSettings& settings,
                                               const PostgresStoreOptions& options = {});
  // Opens the store; for reading only if the role may not write.
  static Result<std::shared_ptr<Store>> open(const PostgresSettings& settings,
                                             const PostgresStoreOptions& options = {});
  // Is there a store? False also where there is no such database.
  static Result<bool> exists(const PostgresSettings& settings,
                             const PostgresStoreOptions& options = {});
  // The prefixes of all stores in the database, in ascending order; that of `settings` is not
  // looked at.
  static Result<std::vector<std::string>> prefixes(const PostgresSettings& settings,
                                                   const PostgresStoreOptions& options = {});
};

}  // namespace stele::backend
