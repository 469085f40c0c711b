// SqliteConnection: one connection to one SQLite database, with its statements kept prepared, its
// waiting bounded by deadlines and its failures as errors.
//
// Thread safety: none; a connection is used by one thread at a time. Several connections, of one
// process or of many, may use one database at once.
// Ownership: statements and transactions borrow their connection and end before it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <stele/store.h>

#include "backend/sqlite/sqlite_library.h"
#include "base/environment.h"

namespace stele::backend {

class SqliteConnection;

// A prepared statement that was taken for one use: bind, step, read columns. Columns are valid
// until the next step; what is bound must outlive the statement.
class SqliteStatement {
 public:
  SqliteStatement(SqliteConnection& connection, sqlite3_stmt* statement)
      : connection_(&connection), statement_(statement) {}
  ~SqliteStatement();
  SqliteStatement(SqliteStatement&& other) noexcept
      : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}
  SqliteStatement& operator=(SqliteStatement&&) = delete;

  // Parameters from 1 on.
  SqliteStatement& bind(int at, std::int64_t number);
  SqliteStatement& bind(int at, std::string_view text);
  SqliteStatement& bind(int at, Store::ByteView bytes);

  // True: there is a row. False: it is done.
  Result<bool> step();
  // For statements without rows.
  Done run();

  // Columns from 0 on.
  std::int64_t number(int column) const;
  Store::ByteView bytes(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  SqliteConnection* connection_;
  sqlite3_stmt* statement_;
};

class SqliteConnection {
 public:
  enum class Mode { read, write, create };

  // `url` is for messages. Falls back on reading only where the file may not be written.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path,
                                                        const std::string& url, Mode mode,
                                                        base::Environment& environment,
                                                        Deadline deadline);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // How long calls from now on wait for others who hold the database; `what` is not done then:
  // "reading packs/5f0c".
  void until(Deadline deadline, std::string what);

  const std::string& url() const { return url_; }
  bool read_only() const;
  // The statement of that text, which must be a literal: it is kept under its address.
  Result<SqliteStatement> statement(const char* sql);
  Done run(const char* sql);
  int changed_rows() const;
  bool in_transaction() const;

  // What the last failure means.
  Error failure(int code) const;
  // Did the last failure leave open whether the transaction was committed? See commit().
  bool doubtful() const { return doubtful_; }

 private:
  friend class SqliteStatement;
  friend class SqliteTransaction;
  SqliteConnection(std::string url, base::Environment& environment)
      : url_(std::move(url)), environment_(environment) {}
  static int on_busy(void* self, int attempts);
  Error failure_to_open(int code, const std::string& path) const;

  const std::string url_;
  base::Environment& environment_;
  sqlite3* database_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  Deadline deadline_;
  std::string what_;
  bool doubtful_ = false;
};

// A transaction; rolled back unless it is committed.
class SqliteTransaction {
 public:
  enum class Kind { reading, writing };
  static Result<SqliteTransaction> begin(SqliteConnection& connection, Kind kind);
  ~SqliteTransaction();
  SqliteTransaction(SqliteTransaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;

  // After a failure that leaves open whether it happened (the disk failed while flushing) the
  // connection is doubtful().
  Done commit();

 private:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(&connection) {}
  SqliteConnection* connection_;
};

}  // namespace stele::backend
