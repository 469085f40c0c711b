#include "duckdb_database.h"

#include <dlfcn.h>

namespace stele::bench {

using duckdb_api::kSuccess;

std::optional<duckdb_api::Api> load_duckdb(const std::string& folder, std::string& why) {
  const std::string path = folder + "/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so";
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    why = dlerror();
    return std::nullopt;
  }
  auto api = duckdb_api::load_api([&](const char* name) { return dlsym(library, name); });
  if (!api) why = path + " lacks a function";
  return api;
}

DuckDb::DuckDb(const duckdb_api::Api& api, const char* path) : api_(api) {
  if (api_.open(path, &database_) != kSuccess) throw std::runtime_error("DuckDB: cannot open");
  if (api_.connect(database_, &connection_) != kSuccess) {
    throw std::runtime_error("DuckDB: cannot connect");
  }
  execute("SET threads = 1");
}

DuckDb::~DuckDb() {
  api_.disconnect(&connection_);
  api_.close(&database_);
}

void DuckDb::execute(const std::string& sql) {
  duckdb_api::ResultSet result{};
  const bool ok = api_.query(connection_, sql.c_str(), &result) == kSuccess;
  const std::string why = ok ? "" : api_.result_error(&result);
  api_.destroy_result(&result);
  if (!ok) throw std::runtime_error("DuckDB: " + why + " in: " + sql);
}

void DuckDb::append(const Table& table, std::size_t begin, std::size_t end) {
  duckdb_api::Handle appender = nullptr;
  if (api_.appender_create(connection_, nullptr, table.sql.c_str(), &appender) != kSuccess) {
    throw std::runtime_error("DuckDB: cannot append to " + table.sql);
  }
  for (std::size_t row = begin; row < end; ++row) {
    const std::int64_t id = table.ids[row];
    if (table.is_relation()) {
      api_.append_int64(appender, id);
    } else {
      api_.append_int32(appender, static_cast<std::int32_t>(id));
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

DuckDbStatement::DuckDbStatement(DuckDb& database, const std::string& sql) : api_(database.api()) {
  if (api_.prepare(database.connection(), sql.c_str(), &statement_) == kSuccess) return;
  const std::string why = api_.prepare_error(statement_);
  api_.destroy_prepare(&statement_);
  throw std::runtime_error("DuckDB: " + why + " in: " + sql);
}

void DuckDbStatement::execute(duckdb_api::ResultSet& result) {
  if (api_.execute_prepared(statement_, &result) != kSuccess) {
    const std::string why = api_.result_error(&result);
    api_.destroy_result(&result);
    throw std::runtime_error("DuckDB: " + why);
  }
  types_.clear();
  for (std::uint64_t i = 0; i < api_.column_count(&result); ++i) {
    types_.push_back(api_.column_type(&result, i));
  }
}

}  // namespace stele::bench
