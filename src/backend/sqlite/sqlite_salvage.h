// What can still be read of a head whose rows are damaged, for repair.
//
// Thread safety: as the connection's. Calls are made within a transaction.
#pragma once

#include <stele/store.h>

#include "backend/sqlite/sqlite_connection.h"
#include "base/bytes.h"

namespace stele::backend::sqlite_salvage {

// A run for each row that can be read, those of the head that was replaced last before those of the
// head there is: whoever reads the runs joins them by what is in them. What SQLite itself cannot
// read ends the list, and is said.
Result<Store::Salvage> read(SqliteConnection& connection, const std::string& name);

struct Damaged {
  std::int64_t number = 0;  // of the head
  base::Bytes bytes;        // what was left of it
};
// Removes the rows of the head there is; what was before it stays. Error: `unavailable`
// `:store/missing` without such a head.
Result<Damaged> take_damaged(SqliteConnection& connection, const std::string& name);

}  // namespace stele::backend::sqlite_salvage
