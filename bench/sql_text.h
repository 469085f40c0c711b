// Data sets as statements of SQL, the same for every engine that speaks it: a table with a primary
// key, and an index over each column, as each attribute has one in stele.
#pragma once

#include <string>
#include <vector>

#include "data_set.h"

namespace stele::bench {

inline std::string create_table(const Table& table) {
  std::string sql = "CREATE TABLE " + table.sql + " (" + table.sql_id + " BIGINT NOT NULL";
  if (!table.is_relation()) {
    sql = "CREATE TABLE " + table.sql + " (" + table.sql_id + " INTEGER PRIMARY KEY";
  }
  for (const DataColumn& column : table.columns) {
    sql += ", " + column.sql + (column.is_text() ? " VARCHAR NOT NULL" : " INTEGER NOT NULL");
  }
  if (table.is_relation()) {
    sql += ", PRIMARY KEY (" + table.sql_id + ", " + table.columns[0].sql + ")";
  }
  return sql + ")";
}

inline std::vector<std::string> create_indexes(const Table& table) {
  std::vector<std::string> out;
  for (const DataColumn& column : table.columns) {
    out.push_back("CREATE INDEX " + table.sql + "_" + column.sql + " ON " + table.sql + " (" +
                  column.sql + ")");
  }
  return out;
}

inline std::string insert_row(const Table& table) {
  std::string sql = "INSERT INTO " + table.sql + " VALUES (?";
  for (std::size_t i = 0; i < table.columns.size(); ++i) sql += ", ?";
  return sql + ")";
}

inline std::string sql_with_argument(const std::string& sql, std::int64_t argument) {
  std::string out = sql;
  out.replace(out.find("{}"), 2, std::to_string(argument));
  return out;
}

}  // namespace stele::bench
