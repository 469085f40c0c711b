#include "app/output/grid.h"

#include <algorithm>
#include <map>

#include "app/output/plain.h"
#include "edn/writer.h"

namespace stele::app {

namespace {

Grid::Shape shape_of(FindShape shape) {
  switch (shape) {
    case FindShape::relation:
      return Grid::Shape::rows;
    case FindShape::collection:
      return Grid::Shape::values;
    case FindShape::tuple:
      return Grid::Shape::row;
    case FindShape::scalar:
      return Grid::Shape::value;
  }
  return Grid::Shape::rows;
}

Grid::Head head_of(std::string_view name) { return {std::string(name), std::string(name)}; }

// Of a variable or whatever else stands in :find.
Grid::Head head_of_found(std::string_view name) {
  return {std::string(name), std::string(name.substr(name.starts_with('?') ? 1 : 0))};
}

Grid::Head head_of_key(const Value& key) {
  if (key.is(Kind::string)) return head_of(key.as_string());
  return {edn::write(key), plain_key(key)};
}

Grid grid_of_maps(std::vector<Value> maps, Grid::Shape shape) {
  Grid grid;
  grid.shape = shape;
  grid.rows = maps.size();
  std::vector<Value> keys;  // in the order in which they turn up
  for (const auto& map : maps) {
    if (!map.is(Kind::map)) continue;
    for (const auto& [key, value] : map.entries()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  for (const auto& key : keys) grid.heads.push_back(head_of_key(key));
  grid.at = [maps = std::move(maps), keys = std::move(keys)](
                std::size_t row, std::size_t column) -> std::optional<Value> {
    if (!maps[row].is(Kind::map)) return std::nullopt;
    const Value* found = maps[row].find(keys[column]);
    return found ? std::optional(*found) : std::nullopt;
  };
  return grid;
}

Grid grid_of_values(std::vector<Value> values, Grid::Shape shape) {
  Grid grid;
  grid.shape = shape;
  grid.heads = {head_of("value")};
  grid.rows = values.size();
  grid.at = [values = std::move(values)](std::size_t row, std::size_t) {
    return std::optional(values[row]);
  };
  return grid;
}

bool are_maps(std::span<const Value> items) {
  return !items.empty() && std::all_of(items.begin(), items.end(), [](const Value& item) {
    return item.is(Kind::map) || item.is_nil();
  });
}

// One column of maps, as [:find [(pull …) ...]] and [:find (pull …) .] give.
bool holds_maps(const Relation& relation) {
  const bool is_bare =
      relation.shape() == FindShape::collection || relation.shape() == FindShape::scalar;
  return is_bare && relation.columns() == 1 && relation.kind(0) == Kind::map;
}

}  // namespace

Grid grid_of(const Relation& relation) {
  if (holds_maps(relation)) return grid_of(relation.to_value());
  Grid grid;
  grid.shape = shape_of(relation.shape());
  const auto keys = relation.keys();
  for (std::size_t c = 0; c < relation.columns(); ++c) {
    grid.heads.push_back(keys.empty() ? head_of_found(relation.name(c)) : head_of_key(keys[c]));
  }
  grid.rows = relation.rows();
  if (grid.shape == Grid::Shape::row || grid.shape == Grid::Shape::value) {
    grid.rows = std::min<std::size_t>(grid.rows, 1);
  }
  grid.at = [relation](std::size_t row, std::size_t column) {
    return std::optional(relation.at(row, column));
  };
  grid.is_set = relation.is_set();
  return grid;
}

Grid grid_of(const std::vector<Datom>& datoms) {
  Grid grid;
  for (auto name : {"e", "a", "v", "tx", "added"}) grid.heads.push_back(head_of(name));
  grid.rows = datoms.size();
  grid.at = [datoms](std::size_t row, std::size_t column) -> std::optional<Value> {
    const Datom& datom = datoms[row];
    switch (column) {
      case 0:
        return Value(datom.e);
      case 1:
        return datom.a;
      case 2:
        return datom.v;
      case 3:
        return Value(datom.tx);
      default:
        return Value(datom.added);
    }
  };
  return grid;
}

Grid grid_of(const std::vector<Transaction>& transactions) {
  Grid grid;
  for (auto name : {"t", "instant", "asserted", "retracted"}) grid.heads.push_back(head_of(name));
  grid.rows = transactions.size();
  grid.at = [transactions](std::size_t row, std::size_t column) -> std::optional<Value> {
    const Transaction& transaction = transactions[row];
    if (column == 0) return Value(transaction.t);
    if (column == 1) return Value(transaction.instant);
    const bool added = column == 2;
    const auto& datoms = transaction.datoms;
    return Value(std::count_if(datoms.begin(), datoms.end(), [&](const Datom& datom) {
      return datom.added == added && datom.e != transaction.t;
    }));
  };
  return grid;
}

Grid grid_of(const Value& value) {
  if (value.is(Kind::map)) return grid_of_maps({value}, Grid::Shape::entity);
  if (value.is_sequential() || value.is(Kind::set)) {
    std::vector<Value> items(value.items().begin(), value.items().end());
    if (are_maps(items)) return grid_of_maps(std::move(items), Grid::Shape::rows);
    return grid_of_values(std::move(items), Grid::Shape::values);
  }
  if (value.is_nil()) return grid_of_values({}, Grid::Shape::value);
  return grid_of_values({value}, Grid::Shape::value);
}

}  // namespace stele::app
