#include "peer.h"
#include "sql_text.h"
#include "sqlite_database.h"

namespace stele::bench {
namespace {

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
  SqliteStatement statement_;
};

class Sqlite : public Peer {
 public:
  std::string name() const override { return "sqlite"; }

  void load(const DataSet& data) override {
    database_ = open_sqlite(":memory:");
    execute(database_.get(), "BEGIN");
    for (const Table& table : data.tables) {
      execute(database_.get(), create_table(table));
      SqliteInsert(database_.get(), table).rows(0, table.ids.size());
      for (const std::string& sql : create_indexes(table)) execute(database_.get(), sql);
    }
    execute(database_.get(), "COMMIT");
    execute(database_.get(), "ANALYZE");
  }

  std::unique_ptr<Runner> prepare(const QueryRow& row, std::string& why) override {
    if (row.sql.empty() || !row.sqlite) {
      why = "SQLite has no such function";
      return nullptr;
    }
    return std::make_unique<SqliteRunner>(database_.get(), row);
  }

 private:
  SqliteDatabase database_;
};

}  // namespace

std::unique_ptr<Peer> make_sqlite(std::string&) { return std::make_unique<Sqlite>(); }

}  // namespace stele::bench
