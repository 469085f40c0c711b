// DuckDB with owners for its handles; whatever fails throws. One thread, always.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "data_set.h"
#include "duckdb_api.h"

namespace stele::bench {

// Nothing, with the reason in `why`, if the library is not in the folder that npm installs into.
std::optional<duckdb_api::Api> load_duckdb(const std::string& folder, std::string& why);

class DuckDb {
 public:
  // path: null for one in memory.
  DuckDb(const duckdb_api::Api& api, const char* path);
  ~DuckDb();
  DuckDb(const DuckDb&) = delete;
  DuckDb& operator=(const DuckDb&) = delete;

  void execute(const std::string& sql);
  // Rows [begin, end) of a table, as one transaction if none is open.
  void append(const Table& table, std::size_t begin, std::size_t end);

  const duckdb_api::Api& api() const { return api_; }
  duckdb_api::Handle connection() const { return connection_; }

 private:
  const duckdb_api::Api& api_;
  duckdb_api::Handle database_ = nullptr;
  duckdb_api::Handle connection_ = nullptr;
};

// A part of an answer: `rows` cells of each column.
struct DuckDbChunk {
  std::uint64_t rows;
  std::vector<const void*> data;
};

class DuckDbStatement {
 public:
  DuckDbStatement(DuckDb& database, const std::string& sql);
  ~DuckDbStatement() { api_.destroy_prepare(&statement_); }
  DuckDbStatement(const DuckDbStatement&) = delete;
  DuckDbStatement& operator=(const DuckDbStatement&) = delete;

  // Arguments are numbered from 1.
  void bind(std::uint64_t at, std::int64_t argument) { api_.bind_int64(statement_, at, argument); }
  void bind(std::uint64_t at, const std::string& argument) {
    api_.bind_varchar(statement_, at, argument.c_str());
  }

  // Calls take(types, chunk) for every chunk of the answer.
  template <typename Take>
  void run(const Take& take) {
    duckdb_api::ResultSet result{};
    execute(result);
    DuckDbChunk chunk;
    while (duckdb_api::Handle handle = api_.fetch_chunk(result)) {
      chunk.rows = api_.data_chunk_get_size(handle);
      chunk.data.clear();
      for (std::uint64_t i = 0; i < types_.size(); ++i) {
        chunk.data.push_back(api_.vector_get_data(api_.data_chunk_get_vector(handle, i)));
      }
      take(types_, chunk);
      api_.destroy_data_chunk(&handle);
    }
    api_.destroy_result(&result);
  }

 private:
  void execute(duckdb_api::ResultSet& result);

  const duckdb_api::Api& api_;
  duckdb_api::Handle statement_ = nullptr;
  std::vector<int> types_;
};

// Calls take(cell) with a std::int64_t, a double or a std::string_view for one cell.
template <typename Take>
void visit_duckdb(int type, const void* data, std::uint64_t row, const Take& take) {
  switch (type) {
    case duckdb_api::kInteger:
      return take(std::int64_t{static_cast<const std::int32_t*>(data)[row]});
    case duckdb_api::kBigint:
      return take(static_cast<const std::int64_t*>(data)[row]);
    case duckdb_api::kDouble:
      return take(static_cast<const double*>(data)[row]);
    case duckdb_api::kVarchar:
      return take(static_cast<const duckdb_api::String*>(data)[row].view());
    default:
      throw std::runtime_error("DuckDB: a column of type " + std::to_string(type));
  }
}

}  // namespace stele::bench
