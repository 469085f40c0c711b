// A store in an SQLite database: a file that other tables may live in as well.
//
//   stele_store    (layout)                           marks it; the layout's version, 1
//   stele_heads    (number, name, generation)         a head; each swap gives it a new generation
//   stele_entries  (place, ends, bytes)               what heads consist of: a row for what was
//                                                     swapped in and one for each append.
//                                                     place = number << 32 | order; `ends` is the
//                                                     head's length behind the row
//                                                     What the last swap replaced is kept for
//                                                     repair under -number << 32 | order
//   stele_objects  (id, key, length, written_ms)      an object; `tmp/NAME.damaged` is what a
//   repair
//                                                     of the head NAME took away
//   stele_chunks   (place, bytes)                     its bytes, 16 KiB a row: SQLite finds a byte
//   in
//                                                     a long value only by walking to it.
//                                                     place = id << 24 | number of the chunk
//
// A commit inserts one row into stele_entries: one page in the log and one flush. The database is
// in WAL mode and synchronous = FULL: readers never wait, what is acknowledged is flushed, and what
// is seen by others is too. FILE-stele-lock: see sqlite_head_lock.h.
//
// Any number of processes of one machine may use one database at once. The file must be on a local
// file system, as SQLite's locks and shared memory demand. A Store must not be used on both sides
// of a fork().
//
// Errors beside those of Store: `unavailable` `:store/library` (SQLite is not installed),
// `:store/missing` (no file, or no store in it), `:store/denied`, `:store/full`, `:store/io`;
// `invalid` `:store/format` (made by a later version); `conflict` `:store/exists` (create: there is
// one); `corrupt` `:store/corrupt`.
#pragma once

#include <memory>
#include <string>

#include <stele/store.h>

#include "base/environment.h"

namespace stele::backend {

struct SqliteStoreOptions {
  bool read_only = false;
  // How long opening, creating and looking wait for others who hold the database.
  std::int64_t open_wait_ms = 60'000;
  base::Environment* environment = nullptr;  // null: system_environment(); must outlive the store
};

class SqliteStore {
 public:
  // Makes a store in the database `path`, which is made if it is not there, with the folders above.
  static Result<std::shared_ptr<Store>> create(const std::string& path,
                                               const SqliteStoreOptions& options = {});
  // Opens it; for reading only if the file may not be written.
  static Result<std::shared_ptr<Store>> open(const std::string& path,
                                             const SqliteStoreOptions& options = {});
  // Is there a store? False also where there is something else.
  static Result<bool> exists(const std::string& path, const SqliteStoreOptions& options = {});
};

}  // namespace stele::backend
