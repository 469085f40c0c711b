// The few functions of DuckDB's C interface that the bench calls, found by name at run time: the
// library comes from an npm package, without headers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace stele::bench::duckdb_api {

using Handle = void*;  // every object of the interface is a pointer
using State = int;
inline constexpr State kSuccess = 0;

// Types of columns.
inline constexpr int kInteger = 4, kBigint = 5, kDouble = 11, kVarchar = 17;

// duckdb_result, passed by value to duckdb_fetch_chunk.
struct ResultSet {
  std::uint64_t counts[3];
  void* pointers[3];
};

// duckdb_string_t: texts of at most 12 bytes lie inside.
struct String {
  struct Outside {
    std::uint32_t length;
    char prefix[4];
    const char* data;
  };
  struct Inside {
    std::uint32_t length;
    char data[12];
  };
  union {
    Outside outside;
    Inside inside;
  };

  std::string_view view() const {
    const bool is_inside = inside.length <= sizeof inside.data;
    return {is_inside ? inside.data : outside.data, inside.length};
  }
};
static_assert(sizeof(String) == 16);

struct Api {
  State (*open)(const char* path, Handle* database);
  void (*close)(Handle* database);
  State (*connect)(Handle database, Handle* connection);
  void (*disconnect)(Handle* connection);
  State (*query)(Handle connection, const char* sql, ResultSet* result);
  const char* (*result_error)(ResultSet* result);
  void (*destroy_result)(ResultSet* result);
  State (*prepare)(Handle connection, const char* sql, Handle* statement);
  const char* (*prepare_error)(Handle statement);
  void (*destroy_prepare)(Handle* statement);
  State (*bind_int64)(Handle statement, std::uint64_t index, std::int64_t value);
  State (*bind_varchar)(Handle statement, std::uint64_t index, const char* value);
  State (*execute_prepared)(Handle statement, ResultSet* result);
  std::uint64_t (*column_count)(ResultSet* result);
  int (*column_type)(ResultSet* result, std::uint64_t column);
  Handle (*fetch_chunk)(ResultSet result);
  void (*destroy_data_chunk)(Handle* chunk);
  std::uint64_t (*data_chunk_get_size)(Handle chunk);
  Handle (*data_chunk_get_vector)(Handle chunk, std::uint64_t column);
  void* (*vector_get_data)(Handle vector);
  State (*appender_create)(Handle connection, const char* schema, const char* table, Handle* out);
  State (*append_int32)(Handle appender, std::int32_t value);
  State (*append_int64)(Handle appender, std::int64_t value);
  State (*append_varchar)(Handle appender, const char* value);
  State (*appender_end_row)(Handle appender);
  State (*appender_destroy)(Handle* appender);
};

// `find(name)` gives a function's address or null. nullopt if one is missing.
template <typename Find>
std::optional<Api> load_api(const Find& find) {
  Api api{};
  bool is_whole = true;
  const auto load = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(find(name));
    is_whole = is_whole && function;
  };
  load(api.open, "duckdb_open");
  load(api.close, "duckdb_close");
  load(api.connect, "duckdb_connect");
  load(api.disconnect, "duckdb_disconnect");
  load(api.query, "duckdb_query");
  load(api.result_error, "duckdb_result_error");
  load(api.destroy_result, "duckdb_destroy_result");
  load(api.prepare, "duckdb_prepare");
  load(api.prepare_error, "duckdb_prepare_error");
  load(api.destroy_prepare, "duckdb_destroy_prepare");
  load(api.bind_int64, "duckdb_bind_int64");
  load(api.bind_varchar, "duckdb_bind_varchar");
  load(api.execute_prepared, "duckdb_execute_prepared");
  load(api.column_count, "duckdb_column_count");
  load(api.column_type, "duckdb_column_type");
  load(api.fetch_chunk, "duckdb_fetch_chunk");
  load(api.destroy_data_chunk, "duckdb_destroy_data_chunk");
  load(api.data_chunk_get_size, "duckdb_data_chunk_get_size");
  load(api.data_chunk_get_vector, "duckdb_data_chunk_get_vector");
  load(api.vector_get_data, "duckdb_vector_get_data");
  load(api.appender_create, "duckdb_appender_create");
  load(api.append_int32, "duckdb_append_int32");
  load(api.append_int64, "duckdb_append_int64");
  load(api.append_varchar, "duckdb_append_varchar");
  load(api.appender_end_row, "duckdb_appender_end_row");
  load(api.appender_destroy, "duckdb_appender_destroy");
  if (!is_whole) return std::nullopt;
  return api;
}

}  // namespace stele::bench::duckdb_api
