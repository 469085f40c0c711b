#include "backend/sqlite/sqlite_connection.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;

namespace {

// Half of the waits end sooner than a flush takes; a long one would keep a free database idle.
constexpr int kFirstWaits = 8;
constexpr std::int64_t kLongWaitMs = 5;

const SqliteLibrary& lib() { return sqlite_library(); }

// SQLite takes a null pointer for NULL; no bytes are bytes all the same.
const void* not_null(const void* bytes) { return bytes ? bytes : ""; }

}  // namespace

// --- statements --------------------------------------------------------------------------------

SqliteStatement::~SqliteStatement() {
  if (!statement_) return;
  lib().sqlite3_reset(statement_);
  lib().sqlite3_clear_bindings(statement_);
}

SqliteStatement& SqliteStatement::bind(int at, std::int64_t number) {
  lib().sqlite3_bind_int64(statement_, at, number);
  return *this;
}
SqliteStatement& SqliteStatement::bind(int at, std::string_view string) {
  lib().sqlite3_bind_text(statement_, at, static_cast<const char*>(not_null(string.data())),
                          static_cast<int>(string.size()), SQLITE_STATIC);
  return *this;
}
SqliteStatement& SqliteStatement::bind(int at, Store::ByteView bytes) {
  lib().sqlite3_bind_blob(statement_, at, not_null(bytes.data()), static_cast<int>(bytes.size()),
                          SQLITE_STATIC);
  return *this;
}

Result<bool> SqliteStatement::step() {
  const int code = lib().sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->failure(code);
}

Done SqliteStatement::run() {
  auto stepped = step();
  return stepped.ok() ? Done() : Done(stepped.error());
}

std::int64_t SqliteStatement::number(int column) const {
  return lib().sqlite3_column_int64(statement_, column);
}
Store::ByteView SqliteStatement::bytes(int column) const {
  const void* first = lib().sqlite3_column_blob(statement_, column);
  const int size = lib().sqlite3_column_bytes(statement_, column);
  return {static_cast<const std::uint8_t*>(first), static_cast<std::size_t>(size)};
}
std::string SqliteStatement::text(int column) const {
  const auto all = bytes(column);
  return {all.begin(), all.end()};
}
bool SqliteStatement::is_null(int column) const {
  return lib().sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

// --- the connection ----------------------------------------------------------------------------

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path,
                                                                 const std::string& url, Mode mode,
                                                                 base::Environment& environment,
                                                                 Deadline deadline) {
  if (!lib().library.ok()) return unavailable("store/library", lib().library.problem());
  std::unique_ptr<SqliteConnection> made(new SqliteConnection(url, environment));
  int flags = SQLITE_OPEN_NOMUTEX;
  flags |= mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
  // A name that begins with "file:" or ':' would mean something else to SQLite.
  const std::string name = path.starts_with('/') ? path : "./" + path;
  const int code = lib().sqlite3_open_v2(name.c_str(), &made->database_, flags, nullptr);
  if (code != SQLITE_OK) return made->failure_to_open(code, path);
  lib().sqlite3_extended_result_codes(made->database_, 1);
  lib().sqlite3_busy_handler(made->database_, on_busy, made.get());
  made->until(deadline, "opening it");
  // The log stays beside the file when nobody has it open: who may not write there can read it.
  int keep = 1;
  lib().sqlite3_file_control(made->database_, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // A commit is acknowledged, and seen by others, when its part of the log has been flushed.
  STELE_DO(made->run("PRAGMA synchronous = FULL"));
  STELE_DO(made->run("PRAGMA journal_size_limit = 67108864"));
  return made;
}

SqliteConnection::~SqliteConnection() {
  if (!database_) return;
  for (auto& [sql, statement] : statements_) lib().sqlite3_finalize(statement);
  lib().sqlite3_close_v2(database_);
}

void SqliteConnection::until(Deadline deadline, std::string what) {
  deadline_ = deadline;
  what_ = std::move(what);
}

// SQLite asks here whether to try again when another connection holds what it needs.
int SqliteConnection::on_busy(void* self, int attempts) {
  auto& connection = *static_cast<SqliteConnection*>(self);
  if (base::passed(connection.deadline_, connection.environment_)) return 0;
  connection.environment_.sleep_ms(attempts < kFirstWaits ? 1 : kLongWaitMs);
  return 1;
}

bool SqliteConnection::read_only() const {
  return lib().sqlite3_db_readonly(database_, "main") == 1;
}

Result<SqliteStatement> SqliteConnection::statement(const char* sql) {
  sqlite3_stmt*& prepared = statements_[sql];
  if (!prepared) {
    const int code =
        lib().sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) return failure(code);
  }
  return SqliteStatement(*this, prepared);
}

Done SqliteConnection::run(const char* sql) {
  const int code = lib().sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

int SqliteConnection::changed_rows() const { return lib().sqlite3_changes(database_); }

bool SqliteConnection::in_transaction() const {
  return lib().sqlite3_get_autocommit(database_) == 0;
}

// --- failures ----------------------------------------------------------------------------------

Error SqliteConnection::failure(int code) const {
  const std::string_view says = lib().sqlite3_errmsg(database_);
  const auto message = [&](std::string_view mend) {
    return text("SQLite failed at ", what_, " in ", url_, ": ", says, " (", code, ").", mend);
  };
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return store::deadline_passed(url_, what_);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return unavailable("store/denied", message(" Nothing was written; see who may write the file "
                                                 "and its folder."));
    case SQLITE_FULL:
      return unavailable("store/full", message(" Nothing was written; make room."));
    case SQLITE_TOOBIG:
      return {ErrorCategory::limit, "store/too-big", message("")};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt("store/corrupt", message(" `sqlite3 FILE .recover` saves what can be read."));
    case SQLITE_CANTOPEN:
      return unavailable("store/denied",
                         message(" Reading needs the files FILE-wal and FILE-shm, or the right to "
                                 "make them."));
    case SQLITE_ERROR:
      if (says.starts_with("no such table"))
        return unavailable("store/missing", text(url_, " holds no store, or it was destroyed."));
      break;
    default:
      break;
  }
  return unavailable("store/io", message(""));
}

Error SqliteConnection::failure_to_open(int code, const std::string& path) const {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return unavailable("store/missing", text("There is no file ", path, "."));
  return unavailable("store/denied",
                     text("SQLite cannot open ", path, ": ", lib().sqlite3_errstr(code), "."));
}

// --- transactions ------------------------------------------------------------------------------

Result<SqliteTransaction> SqliteTransaction::begin(SqliteConnection& connection, Kind kind) {
  connection.doubtful_ = false;
  STELE_TRY(auto begin, connection.statement(kind == Kind::writing ? "BEGIN IMMEDIATE" : "BEGIN"));
  STELE_DO(begin.run());
  return SqliteTransaction(connection);
}

SqliteTransaction::~SqliteTransaction() {
  if (connection_ && connection_->in_transaction()) (void)connection_->run("ROLLBACK");
}

Done SqliteTransaction::commit() {
  SqliteConnection& connection = *std::exchange(connection_, nullptr);
  STELE_TRY(auto commit, connection.statement("COMMIT"));
  auto done = commit.run();
  if (done.ok()) return done;
  // Busy: nothing was done. Else the log may hold all of it, and be found by whoever opens next.
  connection.doubtful_ = done.error().category() != ErrorCategory::limit;
  if (connection.in_transaction()) (void)connection.run("ROLLBACK");
  return done;
}

}  // namespace stele::backend
