#include "stele_forms.h"

#include <algorithm>

namespace stele::bench {
namespace {

Value keyword(const char* ns, const std::string& name) {
  return Value::keyword(std::string(ns) + (*ns ? "/" : "") + name);
}

std::string type_name(Type type) {
  switch (type) {
    case Type::text:
      return "string";
    case Type::keyword:
      return "keyword";
    case Type::reference:
      return "ref";
    default:
      return "long";
  }
}

Value value_at(const DataColumn& column, std::size_t row) {
  if (column.type == Type::text) return Value(column.word(row));
  if (column.type == Type::keyword) return Value::keyword(column.word(row));
  return Value(column.cells[row]);
}

}  // namespace

Value schema_forms(const DataSet& data) {
  std::vector<Value> forms;
  for (const Table& table : data.tables) {
    for (const DataColumn& column : table.columns) {
      forms.push_back(Value::map({
          {keyword("db", "ident"), Value::keyword(column.attribute)},
          {keyword("db", "valueType"), keyword("db.type", type_name(column.type))},
          {keyword("db", "cardinality"), keyword("db.cardinality", column.many ? "many" : "one")},
          {keyword("db", "index"), Value(true)},
      }));
    }
  }
  return Value::vector(std::move(forms));
}

Value table_forms(const Table& table, std::size_t begin, std::size_t end) {
  std::vector<Value> forms;
  std::vector<Value> attributes;
  for (const DataColumn& column : table.columns) {
    attributes.push_back(Value::keyword(column.attribute));
  }
  const Value id = keyword("db", "id");
  for (std::size_t row = begin; row < end; ++row) {
    std::vector<Value::Entry> entries{{id, Value(table.ids[row])}};
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      entries.emplace_back(attributes[i], value_at(table.columns[i], row));
    }
    forms.push_back(Value::map(std::move(entries)));
  }
  return Value::vector(std::move(forms));
}

Value all_forms(const DataSet& data) {
  std::vector<Value> forms;
  for (const Table& table : data.tables) {
    const Value some = table_forms(table, 0, table.ids.size());
    forms.insert(forms.end(), some.items().begin(), some.items().end());
  }
  return Value::vector(std::move(forms));
}

// A column moved on by one row: nearly every value is another.
Value changed_forms(const DataSet& data) {
  DataSet changed = data;
  for (Table& table : changed.tables) {
    for (DataColumn& column : table.columns) {
      if (!column.many)
        std::rotate(column.cells.begin(), column.cells.begin() + 1, column.cells.end());
    }
  }
  return all_forms(changed);
}

std::string with_argument(const std::string& text, std::int64_t argument) {
  std::string out = text;
  out.replace(out.find("{}"), 2, std::to_string(argument));
  return out;
}

}  // namespace stele::bench
