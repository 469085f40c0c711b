#include "loader.h"

#include <algorithm>

#include <stele/stele.h>

#include "datascript_process.h"
#include "duckdb_database.h"
#include "samples.h"
#include "sql_text.h"
#include "sqlite_database.h"
#include "stele_forms.h"

namespace stele::bench {
namespace {

class SteleLoader : public Loader {
 public:
  std::string name() const override { return "stele"; }

  void open(const DataSet& data, const std::string& folder) override {
    data_ = &data;
    url_ = folder.empty() ? "memory:load" : "file:" + folder + "/stele";
    connection_ = create_database(url_).value();
    connection_->transact(schema_forms(data)).value();
  }

  double apply_ms(const std::vector<Transaction>& transactions) override {
    std::vector<Value> forms;
    for (const Transaction& transaction : transactions) forms.push_back(forms_of(transaction));
    const Stopwatch watch;
    for (const Value& some : forms) connection_->transact(some).value();
    return watch.us() / 1000;
  }

  double settle_ms() override {
    const Stopwatch watch;
    connection_->fold().value();
    return watch.us() / 1000;
  }

  std::uint64_t facts() override {
    std::uint64_t sum = 0;
    const Db db = connection_->db().value();
    for (const Table& table : data_->tables) {
      for (const DataColumn& column : table.columns) {
        const Value attribute[] = {Value::keyword(column.attribute)};
        sum += db.datoms(IndexOrder::aevt, attribute).value().size();
      }
    }
    return sum;
  }

  void close() override {
    connection_.reset();
    if (url_.starts_with("memory:")) delete_database(url_).value();
  }

 private:
  Value forms_of(const Transaction& transaction) const {
    std::vector<Value> forms;
    for (const Rows& rows : transaction) {
      const Value some = table_forms(data_->tables[rows.table], rows.begin, rows.end);
      forms.insert(forms.end(), some.items().begin(), some.items().end());
    }
    return Value::vector(std::move(forms));
  }

  const DataSet* data_ = nullptr;
  std::string url_;
  std::optional<Connection> connection_;
};

class SqliteLoader : public Loader {
 public:
  std::string name() const override { return "sqlite"; }

  void open(const DataSet& data, const std::string& folder) override {
    data_ = &data;
    database_ = open_sqlite(folder.empty() ? ":memory:" : folder + "/people.sqlite");
    execute(database_.get(), "PRAGMA journal_mode = WAL");
    execute(database_.get(), "PRAGMA synchronous = FULL");
    for (const Table& table : data.tables) {
      execute(database_.get(), create_table(table));
      for (const std::string& sql : create_indexes(table)) execute(database_.get(), sql);
      inserts_.emplace_back(database_.get(), table);
    }
  }

  double apply_ms(const std::vector<Transaction>& transactions) override {
    const SqliteStatement begin = prepare_statement(database_.get(), "BEGIN"),
                          commit = prepare_statement(database_.get(), "COMMIT");
    const Stopwatch watch;
    for (const Transaction& transaction : transactions) {
      step(begin.get());
      for (const Rows& rows : transaction) inserts_[rows.table].rows(rows.begin, rows.end);
      step(commit.get());
    }
    return watch.us() / 1000;
  }

  double settle_ms() override {
    const Stopwatch watch;
    execute(database_.get(), "PRAGMA wal_checkpoint(TRUNCATE)");
    return watch.us() / 1000;
  }

  std::uint64_t facts() override {
    std::uint64_t sum = 0;
    for (const Table& table : data_->tables) {
      const auto count = prepare_statement(database_.get(), "SELECT count(*) FROM " + table.sql);
      sqlite3_step(count.get());
      sum +=
          static_cast<std::uint64_t>(sqlite3_column_int64(count.get(), 0)) * table.columns.size();
    }
    return sum;
  }

  void close() override {
    inserts_.clear();
    database_.reset();
  }

 private:
  void step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail(database_.get(), sqlite3_sql(statement));
    sqlite3_reset(statement);
  }

  const DataSet* data_ = nullptr;
  SqliteDatabase database_;
  std::vector<SqliteInsert> inserts_;
};

class DuckDbLoader : public Loader {
 public:
  explicit DuckDbLoader(const duckdb_api::Api& api) : api_(api) {}
  std::string name() const override { return "duckdb"; }

  void open(const DataSet& data, const std::string& folder) override {
    data_ = &data;
    const std::string path = folder + "/people.duckdb";
    database_.emplace(api_, folder.empty() ? nullptr : path.c_str());
    for (const Table& table : data.tables) {
      database_->execute(create_table(table));
      for (const std::string& sql : create_indexes(table)) database_->execute(sql);
    }
  }

  // Many rows go through an appender, as its makers advise; a single one through a statement.
  double apply_ms(const std::vector<Transaction>& transactions) override {
    std::vector<std::unique_ptr<DuckDbStatement>> inserts;
    for (const Table& table : data_->tables) {
      inserts.push_back(std::make_unique<DuckDbStatement>(*database_, insert_row(table)));
    }
    const Stopwatch watch;
    for (const Transaction& transaction : transactions) {
      database_->execute("BEGIN");
      for (const Rows& rows : transaction) {
        const Table& table = data_->tables[rows.table];
        if (rows.end - rows.begin > 1) {
          database_->append(table, rows.begin, rows.end);
        } else {
          insert(*inserts[rows.table], table, rows.begin);
        }
      }
      database_->execute("COMMIT");
    }
    return watch.us() / 1000;
  }

  double settle_ms() override {
    const Stopwatch watch;
    database_->execute("CHECKPOINT");
    return watch.us() / 1000;
  }

  std::uint64_t facts() override {
    std::uint64_t sum = 0;
    for (const Table& table : data_->tables) {
      DuckDbStatement count(*database_, "SELECT count(*) FROM " + table.sql);
      count.run([&](const std::vector<int>&, const DuckDbChunk& chunk) {
        sum += static_cast<const std::uint64_t*>(chunk.data[0])[0] * table.columns.size();
      });
    }
    return sum;
  }

  void close() override { database_.reset(); }

 private:
  static void insert(DuckDbStatement& statement, const Table& table, std::size_t row) {
    statement.bind(1, table.ids[row]);
    std::uint64_t at = 2;
    for (const DataColumn& column : table.columns) {
      if (column.is_text()) {
        statement.bind(at++, column.word(row));
      } else {
        statement.bind(at++, column.cells[row]);
      }
    }
    statement.run([](const std::vector<int>&, const DuckDbChunk&) {});
  }

  const duckdb_api::Api api_;
  const DataSet* data_ = nullptr;
  std::optional<DuckDb> database_;
};

class DataScriptLoader : public Loader {
 public:
  explicit DataScriptLoader(const std::string& peers_folder) : node_(peers_folder) {}
  std::string name() const override { return "datascript"; }

  void open(const DataSet& data, const std::string&) override {
    node_.ask("{\"op\":\"open\",\"tables\":" + json_tables(data) + "}");
  }

  double apply_ms(const std::vector<Transaction>& transactions) override {
    std::string list;
    for (const Transaction& transaction : transactions) {
      std::string parts;
      for (const Rows& rows : transaction) {
        parts += (parts.empty() ? "[" : ",[") + std::to_string(rows.table) + "," +
                 std::to_string(rows.begin) + "," + std::to_string(rows.end) + "]";
      }
      list += (list.empty() ? "[" : ",[") + parts + "]";
    }
    double ms = 0;
    node_.ask("{\"op\":\"apply\",\"transactions\":[" + list + "]}") >> ms;
    return ms;
  }

  double settle_ms() override { return 0; }

  std::uint64_t facts() override {
    std::uint64_t facts = 0;
    node_.ask(R"({"op":"facts"})") >> facts;
    return facts;
  }

  void close() override {}

 private:
  DataScriptProcess node_;
};

}  // namespace

std::vector<Transaction> transactions_of(const DataSet& data, std::size_t rows) {
  std::vector<Transaction> out;
  std::size_t room = 0;
  for (std::size_t table = 0; table < data.tables.size(); ++table) {
    const std::size_t all = data.tables[table].ids.size();
    for (std::size_t begin = 0; begin < all;) {
      if (room == 0) {
        out.emplace_back();
        room = rows;
      }
      const std::size_t end = std::min(all, begin + room);
      out.back().push_back({table, begin, end});
      room -= end - begin;
      begin = end;
    }
  }
  return out;
}

std::unique_ptr<Loader> make_stele_loader() { return std::make_unique<SteleLoader>(); }
std::unique_ptr<Loader> make_sqlite_loader() { return std::make_unique<SqliteLoader>(); }
std::unique_ptr<Loader> make_duckdb_loader(const std::string& peers_folder, std::string& why) {
  const auto api = load_duckdb(peers_folder, why);
  return api ? std::make_unique<DuckDbLoader>(*api) : nullptr;
}
std::unique_ptr<Loader> make_datascript_loader(const std::string& peers_folder, std::string& why) {
  try {
    return std::make_unique<DataScriptLoader>(peers_folder);
  } catch (const std::runtime_error& e) {
    why = e.what();
    return nullptr;
  }
}

}  // namespace stele::bench
