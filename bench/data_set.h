// DataSet: the data of a suite, once, as tables; every engine loads it from here.
//
//   table person   e 1001 1002 …   :name 3 1 …  (words "Ivan" "Petr" …)   :age 17 4 …
// In SQL a table is a table. In Datalog a row is an entity, and a column one of its attributes. A
// column is integers; texts are numbers of its words. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stele::bench {

enum class Type : std::uint8_t { integer, text, keyword, reference };

struct DataColumn {
  std::string attribute;  // without the colon
  std::string sql;
  Type type = Type::integer;
  bool many = false;
  std::vector<std::int64_t> cells;
  std::vector<std::string> words;  // text, keyword: what the cells number

  bool is_text() const { return type == Type::text || type == Type::keyword; }
  const std::string& word(std::size_t row) const {
    return words[static_cast<std::size_t>(cells[row])];
  }
};

struct Table {
  std::string sql;
  std::string sql_id;  // of the entity's column; its pairs with `many` columns may repeat
  std::vector<std::int64_t> ids;
  std::vector<DataColumn> columns;

  bool is_relation() const { return columns.size() == 1 && columns[0].many; }
};

struct DataSet {
  std::string name;
  std::vector<Table> tables;

  std::size_t datoms() const;
};

// Ids of entities begin behind those that attributes take.
inline constexpr std::int64_t kFirstId = 1001;

// people: :name (8) :last-name (6) :sex (2) :age 0-99 :salary 0-99,999; half follow one other.
DataSet make_people(std::size_t people, std::uint64_t seed);
// people in 100 departments of 10 divisions.
DataSet make_departments(std::size_t people, std::uint64_t seed);
// A tree of :follows with `width` children each, `depth` deep; `width` chains of `depth` steps.
DataSet make_wide(int depth, int width);
DataSet make_chains(int depth, int width);

// By the name that a row of a suite gives: "people", "departments", "wide-3-3", "chains-10-3".
DataSet make_data_set(const std::string& name, std::size_t people, std::uint64_t seed);

}  // namespace stele::bench
