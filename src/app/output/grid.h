// Grid: what is to be printed, as named columns of cells. Every output format but EDN begins here.
//
//   [:find ?name ?n …]   heads ?name ?n, a row for each tuple
//   … :keys name n       heads :name :n; likewise the strings of :strs, the symbols of :syms
//   datoms               heads e a v tx added
//   a map, from pull     heads are its keys, one row; many maps: the keys of any, a row for each
//
// Thread safety: const use from any number of threads; it owns what it shows.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <stele/stele.h>

namespace stele::app {

struct Grid {
  enum class Shape : std::uint8_t {
    rows,    // any number of rows
    row,     // at most one
    values,  // one column of values
    value,   // one value, or none
    entity,  // one map
  };
  // What a column is called: in a table as EDN has it, elsewhere without the mark of its kind.
  struct Head {
    std::string text;   // ?name, :product/sku
    std::string plain;  // name, product/sku
  };
  Shape shape = Shape::rows;
  std::vector<Head> heads;
  std::size_t rows = 0;
  // nullopt: this row has nothing there, which is not the same as nil.
  std::function<std::optional<Value>(std::size_t row, std::size_t column)> at;
  bool is_set = false;  // its rows may be shown in any order
};

Grid grid_of(const Relation& relation);
Grid grid_of(const std::vector<Datom>& datoms);
// In short: t, instant, and how much was asserted and retracted, without what is said of the
// transaction itself.
Grid grid_of(const std::vector<Transaction>& transactions);
// Maps become rows under the keys that any of them has; everything else is values.
Grid grid_of(const Value& value);

}  // namespace stele::app
