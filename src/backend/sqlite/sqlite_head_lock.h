// A lock on one head of an SQLite database, beyond the end of a transaction.
//
// SQLite's own locks hold for one transaction and for the whole database; a writer who has lost a
// race wants to read, compute and write without losing again, and heads beside it stay free. So
// there is a file FILE-stele-lock, empty and never removed, and a head is a byte of it, chosen by
// the head's name. Every head write holds the byte while it runs.
//
// Locks belong to the open file (OFD locks): threads of one process exclude each other as
// processes do, and the end of a process ends its locks.
//
// Thread safety: none needed; a lock may be released by any thread.
#pragma once

#include <string>

#include <stele/store.h>

#include "base/environment.h"

namespace stele::backend {

class SqliteHeadLock {
 public:
  // `path` is that of the database. Errors: `limit` `:store/deadline`, `unavailable` `:store/io`.
  static Result<SqliteHeadLock> take(const std::string& path, const std::string& url,
                                     const std::string& head, base::Environment& environment,
                                     Deadline deadline);
  ~SqliteHeadLock();
  SqliteHeadLock(SqliteHeadLock&& other) noexcept;
  SqliteHeadLock& operator=(SqliteHeadLock&&) = delete;

 private:
  explicit SqliteHeadLock(int file) : file_(file) {}
  int file_;
};

}  // namespace stele::backend
