#include <stdexcept>

#include <sqlite3.h>

#include "peer.h"
#include "sql_text.h"

namespace stele::bench {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

[[noreturn]] void fail(sqlite3* database, const std::string& sql) {
  throw std::runtime_error("SQLite: " + std::string(sqlite3_errmsg(database)) + " in: " + sql);
}

void execute(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(database, sql);
  }
}

Statement prepare_statement(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    fail(database, sql);
  }
  return Statement(statement);
}

std::string_view text_at(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

void add_row(AnswerBuilder& out, sqlite3_stmt* statement) {
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER:
        out.number(std::int64_t{sqlite3_column_int64(statement, i)});
        break;
      case SQLITE_FLOAT:
        out.number(sqlite3_column_double(statement, i));
        break;
      default:
        out.text(text_at(statement, i));
    }
  }
  out.end_row();
}

std::uint64_t consume_row(sqlite3_stmt* statement) {
  std::uint64_t sum = 1;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER:
        sum += static_cast<std::uint64_t>(sqlite3_column_int64(statement, i));
        break;
      case SQLITE_FLOAT:
        sum += static_cast<std::uint64_t>(sqlite3_column_double(statement, i));
        break;
      default:
        sum += text_at(statement, i).size();
    }
  }
  return sum;
}

class SqliteRunner : public LocalRunner {
 public:
  SqliteRunner(sqlite3* database, const QueryRow& row) : database_(database), row_(row) {
    if (row_.door != Door::fresh_text) statement_ = prepare_statement(database, row.sql);
  }

  Answer answer() override {
    AnswerBuilder out;
    for (std::size_t i = 0; i < std::max<std::size_t>(row_.arguments.size(), 1); ++i) {
      each_row(i, [&](sqlite3_stmt* statement) { add_row(out, statement); });
    }
    return out.answer();
  }

 protected:
  std::uint64_t run(std::size_t i) override {
    std::uint64_t sum = 0;
    each_row(i, [&](sqlite3_stmt* statement) { sum += consume_row(statement); });
    return sum;
  }

 private:
  template <typename Take>
  void each_row(std::size_t i, const Take& take) {
    const bool is_fresh = row_.door == Door::fresh_text;
    if (is_fresh) {
      statement_ = prepare_statement(
          database_, sql_with_argument(row_.sql, row_.arguments[i % row_.arguments.size()]));
    }
    sqlite3_stmt* statement = statement_.get();
    if (!is_fresh && !row_.arguments.empty()) {
      sqlite3_bind_int64(statement, 1, row_.arguments[i % row_.arguments.size()]);
    }
    int code = SQLITE_DONE;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) take(statement);
    if (code != SQLITE_DONE) fail(database_, row_.sql);
    sqlite3_reset(statement);
  }

  sqlite3* database_;
  const QueryRow row_;
  Statement statement_;
};

class Sqlite : public Peer {
 public:
  std::string name() const override { return "sqlite"; }

  void load(const DataSet& data) override {
    sqlite3* database = nullptr;
    if (sqlite3_open(":memory:", &database) != SQLITE_OK) fail(database, "open");
    database_.reset(database);
    execute(database, "BEGIN");
    for (const Table& table : data.tables) {
      execute(database, create_table(table));
      fill(table);
      for (const std::string& sql : create_indexes(table)) execute(database, sql);
    }
    execute(database, "COMMIT");
    execute(database, "ANALYZE");
  }

  std::unique_ptr<Runner> prepare(const QueryRow& row, std::string& why) override {
    if (row.sql.empty() || !row.sqlite) {
      why = "SQLite has no such function";
      return nullptr;
    }
    return std::make_unique<SqliteRunner>(database_.get(), row);
  }

 private:
  void fill(const Table& table) {
    const Statement insert = prepare_statement(database_.get(), insert_row(table));
    for (std::size_t row = 0; row < table.ids.size(); ++row) {
      sqlite3_bind_int64(insert.get(), 1, table.ids[row]);
      int at = 2;
      for (const DataColumn& column : table.columns) {
        if (column.is_text()) {
          sqlite3_bind_text(insert.get(), at++, column.word(row).c_str(), -1, SQLITE_STATIC);
        } else {
          sqlite3_bind_int64(insert.get(), at++, column.cells[row]);
        }
      }
      if (sqlite3_step(insert.get()) != SQLITE_DONE) fail(database_.get(), insert_row(table));
      sqlite3_reset(insert.get());
    }
  }

  Database database_;
};

}  // namespace

std::unique_ptr<Peer> make_sqlite(std::string&) { return std::make_unique<Sqlite>(); }

}  // namespace stele::bench
