// The functions of SQLite that the store calls, loaded at the first use.
//
// Thread safety: immutable once loaded.
#pragma once

#include <sqlite3.h>

#include "base/shared_library.h"

namespace stele::backend {

struct SqliteLibrary {
  base::SharedLibrary library{"libsqlite3.so.0", "libsqlite3-0"};
  STELE_LIBRARY_FUNCTION(library, sqlite3_open_v2);
  STELE_LIBRARY_FUNCTION(library, sqlite3_close_v2);
  STELE_LIBRARY_FUNCTION(library, sqlite3_exec);
  STELE_LIBRARY_FUNCTION(library, sqlite3_errmsg);
  STELE_LIBRARY_FUNCTION(library, sqlite3_errstr);
  STELE_LIBRARY_FUNCTION(library, sqlite3_extended_errcode);
  STELE_LIBRARY_FUNCTION(library, sqlite3_extended_result_codes);
  STELE_LIBRARY_FUNCTION(library, sqlite3_busy_handler);
  STELE_LIBRARY_FUNCTION(library, sqlite3_db_readonly);
  STELE_LIBRARY_FUNCTION(library, sqlite3_file_control);
  STELE_LIBRARY_FUNCTION(library, sqlite3_get_autocommit);
  STELE_LIBRARY_FUNCTION(library, sqlite3_changes);
  STELE_LIBRARY_FUNCTION(library, sqlite3_prepare_v3);
  STELE_LIBRARY_FUNCTION(library, sqlite3_finalize);
  STELE_LIBRARY_FUNCTION(library, sqlite3_step);
  STELE_LIBRARY_FUNCTION(library, sqlite3_reset);
  STELE_LIBRARY_FUNCTION(library, sqlite3_clear_bindings);
  STELE_LIBRARY_FUNCTION(library, sqlite3_bind_int64);
  STELE_LIBRARY_FUNCTION(library, sqlite3_bind_text);
  STELE_LIBRARY_FUNCTION(library, sqlite3_bind_blob);
  STELE_LIBRARY_FUNCTION(library, sqlite3_column_int64);
  STELE_LIBRARY_FUNCTION(library, sqlite3_column_type);
  STELE_LIBRARY_FUNCTION(library, sqlite3_column_blob);
  STELE_LIBRARY_FUNCTION(library, sqlite3_column_bytes);
};

// Ask `.library.ok()` before calling anything.
const SqliteLibrary& sqlite_library();

}  // namespace stele::backend
