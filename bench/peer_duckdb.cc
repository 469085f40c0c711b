#include <optional>
#include <stdexcept>

#include <dlfcn.h>

#include "duckdb_api.h"
#include "peer.h"
#include "sql_text.h"

namespace stele::bench {
namespace {

using namespace duckdb_api;

struct Chunk {
  std::uint64_t rows;
  std::vector<const void*> data;
  std::vector<const std::uint64_t*> validity;
};

std::string_view text_of(const String& string) {
  const std::uint32_t length = string.inside.length;
  return {length <= sizeof string.inside.data ? string.inside.data : string.outside.data, length};
}

class DuckDb {
 public:
  explicit DuckDb(const Api& api, const char* path = nullptr) : api_(api) {
    if (api_.open(path, &database_) != kSuccess) throw std::runtime_error("DuckDB: cannot open");
    if (api_.connect(database_, &connection_) != kSuccess) {
      throw std::runtime_error("DuckDB: cannot connect");
    }
  }
  ~DuckDb() {
    api_.disconnect(&connection_);
    api_.close(&database_);
  }
  DuckDb(const DuckDb&) = delete;
  DuckDb& operator=(const DuckDb&) = delete;

  void execute(const std::string& sql) {
    ResultSet result{};
    const bool ok = api_.query(connection_, sql.c_str(), &result) == kSuccess;
    const std::string why = ok ? "" : api_.result_error(&result);
    api_.destroy_result(&result);
    if (!ok) throw std::runtime_error("DuckDB: " + why + " in: " + sql);
  }

  const Api& api() const { return api_; }
  Handle connection() const { return connection_; }

 private:
  const Api& api_;
  Handle database_ = nullptr;
  Handle connection_ = nullptr;
};

// A prepared statement.
class Statement {
 public:
  Statement(DuckDb& database, const std::string& sql) : api_(database.api()) {
    if (api_.prepare(database.connection(), sql.c_str(), &statement_) != kSuccess) {
      const std::string why = api_.prepare_error(statement_);
      api_.destroy_prepare(&statement_);
      throw std::runtime_error("DuckDB: " + why + " in: " + sql);
    }
  }
  ~Statement() { api_.destroy_prepare(&statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(std::int64_t argument) { api_.bind_int64(statement_, 1, argument); }

  // Calls take(types, chunk) for every chunk of the answer.
  template <typename Take>
  void run(const Take& take) {
    ResultSet result{};
    if (api_.execute_prepared(statement_, &result) != kSuccess) {
      const std::string why = api_.result_error(&result);
      api_.destroy_result(&result);
      throw std::runtime_error("DuckDB: " + why);
    }
    types_.clear();
    for (std::uint64_t i = 0; i < api_.column_count(&result); ++i) {
      types_.push_back(api_.column_type(&result, i));
    }
    Chunk chunk;
    while (Handle handle = api_.fetch_chunk(result)) {
      read(handle, chunk);
      take(types_, chunk);
      api_.destroy_data_chunk(&handle);
    }
    api_.destroy_result(&result);
  }

 private:
  void read(Handle handle, Chunk& chunk) const {
    chunk.rows = api_.data_chunk_get_size(handle);
    chunk.data.clear();
    chunk.validity.clear();
    for (std::uint64_t i = 0; i < types_.size(); ++i) {
      const Handle vector = api_.data_chunk_get_vector(handle, i);
      chunk.data.push_back(api_.vector_get_data(vector));
      chunk.validity.push_back(api_.vector_get_validity(vector));
    }
  }

  const Api& api_;
  Handle statement_ = nullptr;
  std::vector<int> types_;
};

// Calls take(cell) with a std::int64_t, a double or a std::string_view for one cell.
template <typename Take>
void visit(int type, const void* data, std::uint64_t row, const Take& take) {
  switch (type) {
    case kInteger:
      return take(std::int64_t{static_cast<const std::int32_t*>(data)[row]});
    case kBigint:
      return take(static_cast<const std::int64_t*>(data)[row]);
    case kDouble:
      return take(static_cast<const double*>(data)[row]);
    case kVarchar:
      return take(text_of(static_cast<const String*>(data)[row]));
    default:
      throw std::runtime_error("DuckDB: a column of type " + std::to_string(type));
  }
}

struct AddTo {
  AnswerBuilder& out;
  void operator()(std::string_view text) const { out.text(text); }
  template <typename Number>
  void operator()(Number number) const {
    out.number(number);
  }
};

struct SumInto {
  std::uint64_t& sum;
  void operator()(std::string_view text) const { sum += text.size(); }
  template <typename Number>
  void operator()(Number number) const {
    sum += static_cast<std::uint64_t>(number);
  }
};

class DuckDbRunner : public LocalRunner {
 public:
  DuckDbRunner(DuckDb& database, const QueryRow& row) : database_(database), row_(row) {
    if (row.door != Door::fresh_text) statement_.emplace(database, row.sql);
  }

  Answer answer() override {
    AnswerBuilder out;
    for (std::size_t i = 0; i < std::max<std::size_t>(row_.arguments.size(), 1); ++i) {
      ready(i).run([&](const std::vector<int>& types, const Chunk& chunk) {
        for (std::uint64_t row = 0; row < chunk.rows; ++row) {
          for (std::size_t c = 0; c < types.size(); ++c) {
            visit(types[c], chunk.data[c], row, AddTo{out});
          }
          out.end_row();
        }
      });
    }
    return out.answer();
  }

 protected:
  std::uint64_t run(std::size_t i) override {
    std::uint64_t sum = 0;
    ready(i).run([&](const std::vector<int>& types, const Chunk& chunk) {
      for (std::size_t c = 0; c < types.size(); ++c) {
        for (std::uint64_t row = 0; row < chunk.rows; ++row) {
          visit(types[c], chunk.data[c], row, SumInto{sum});
        }
      }
    });
    return sum;
  }

 private:
  Statement& ready(std::size_t i) {
    if (row_.arguments.empty()) return *statement_;
    const std::int64_t argument = row_.arguments[i % row_.arguments.size()];
    if (row_.door == Door::fresh_text) {
      statement_.emplace(database_, sql_with_argument(row_.sql, argument));
    } else {
      statement_->bind(argument);
    }
    return *statement_;
  }

  DuckDb& database_;
  const QueryRow row_;
  std::optional<Statement> statement_;
};

class DuckDbPeer : public Peer {
 public:
  explicit DuckDbPeer(Api api) : api_(api) {}
  std::string name() const override { return "duckdb"; }

  void load(const DataSet& data) override {
    database_.reset();
    database_.emplace(api_);
    database_->execute("SET threads = 1");
    for (const Table& table : data.tables) {
      database_->execute(create_table(table));
      fill(table);
      for (const std::string& sql : create_indexes(table)) database_->execute(sql);
    }
    database_->execute("ANALYZE");
  }

  std::unique_ptr<Runner> prepare(const QueryRow& row, std::string& why) override {
    if (row.sql.empty()) {
      why = "no SQL";
      return nullptr;
    }
    // The set operation of different types is text here, and a cell is what it is in SQLite.
    if (row.door == Door::all_datoms) {
      why = "a column of several types";
      return nullptr;
    }
    return std::make_unique<DuckDbRunner>(*database_, row);
  }

 private:
  void fill(const Table& table) {
    Handle appender = nullptr;
    if (api_.appender_create(database_->connection(), nullptr, table.sql.c_str(), &appender) !=
        kSuccess) {
      throw std::runtime_error("DuckDB: cannot append to " + table.sql);
    }
    for (std::size_t row = 0; row < table.ids.size(); ++row) {
      if (table.is_relation()) {
        api_.append_int64(appender, table.ids[row]);
      } else {
        api_.append_int32(appender, static_cast<std::int32_t>(table.ids[row]));
      }
      for (const DataColumn& column : table.columns) {
        if (column.is_text()) {
          api_.append_varchar(appender, column.word(row).c_str());
        } else {
          api_.append_int32(appender, static_cast<std::int32_t>(column.cells[row]));
        }
      }
      api_.appender_end_row(appender);
    }
    if (api_.appender_destroy(&appender) != kSuccess) {
      throw std::runtime_error("DuckDB: appending to " + table.sql + " failed");
    }
  }

  const Api api_;
  std::optional<DuckDb> database_;
};

}  // namespace

std::unique_ptr<Peer> make_duckdb(const std::string& folder, std::string& why) {
  const std::string path = folder + "/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so";
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    why = dlerror();
    return nullptr;
  }
  const std::optional<Api> api = load_api([&](const char* name) { return dlsym(library, name); });
  if (!api) {
    why = path + " lacks a function";
    return nullptr;
  }
  return std::make_unique<DuckDbPeer>(*api);
}

}  // namespace stele::bench
