// QueryRow: one line of the query suite: the same question in Datalog and in SQL.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stele::bench {

// What is asked through which door. All but `query` are stele's own ways to ask; its peers run SQL.
enum class Door : std::uint8_t {
  query,         // prepared
  fresh_text,    // read, planned and run each time; `{}` in the texts is the argument
  entity,        // one attribute of an entity: Db::datoms with two components
  all_datoms,    // every datom: Db::datoms without components
  as_of,         // prepared, on the state before every entity was changed
  two_databases  // prepared, with a second database that is a copy
};

struct QueryRow {
  std::string name;
  std::string data;     // DataSet::name
  std::string datalog;  // DataScript's as well, unless `datascript` is false
  std::string sql;      // SQLite and DuckDB
  Door door = Door::query;
  // One of these integers is passed to each run, in turn; empty: nothing is passed.
  std::vector<std::int64_t> arguments;
  // Datalog text that is passed to every run: a collection, rules.
  std::string input;
  bool sqlite = true;  // has what the SQL needs
  bool datascript = true;
};

// Every row; ids in them belong to data sets of that many people.
std::vector<QueryRow> query_rows(std::size_t people);

}  // namespace stele::bench
