// SQLite with owners for its handles; whatever fails throws.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <sqlite3.h>

#include "sql_text.h"

namespace stele::bench {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using SqliteDatabase = std::unique_ptr<sqlite3, CloseDatabase>;
using SqliteStatement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

[[noreturn]] inline void fail(sqlite3* database, const std::string& sql) {
  throw std::runtime_error("SQLite: " + std::string(sqlite3_errmsg(database)) + " in: " + sql);
}

inline void execute(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(database, sql);
  }
}

inline SqliteStatement prepare_statement(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    fail(database, sql);
  }
  return SqliteStatement(statement);
}

inline std::string_view text_at(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

inline SqliteDatabase open_sqlite(const std::string& path) {
  sqlite3* database = nullptr;
  // One thread uses it: it need not lock itself.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &database, kFlags, nullptr);
  SqliteDatabase out(database);
  if (code != SQLITE_OK) fail(database, path);
  return out;
}

// Inserts rows of a table, through one statement.
class SqliteInsert {
 public:
  SqliteInsert(sqlite3* database, const Table& table)
      : database_(database),
        table_(table),
        insert_(prepare_statement(database, insert_row(table))) {}

  void rows(std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      sqlite3_bind_int64(insert_.get(), 1, table_.ids[row]);
      int at = 2;
      for (const DataColumn& column : table_.columns) {
        if (column.is_text()) {
          sqlite3_bind_text(insert_.get(), at++, column.word(row).c_str(), -1, SQLITE_STATIC);
        } else {
          sqlite3_bind_int64(insert_.get(), at++, column.cells[row]);
        }
      }
      if (sqlite3_step(insert_.get()) != SQLITE_DONE) fail(database_, insert_row(table_));
      sqlite3_reset(insert_.get());
    }
  }

 private:
  sqlite3* database_;
  const Table& table_;
  SqliteStatement insert_;
};

}  // namespace stele::bench
