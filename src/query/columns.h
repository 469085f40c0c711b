// Columns: what a query works on in between, rows of variables as columns of cells.
//
//   ?e  int64   1        2        3
//   ?v  mixed   int64 7  string → string →
// A column whose rows all have the same kind says it once. Columns are shared: an operator that
// passes one on copies a pointer. Texts lie in leaves, inputs and the arena of the run, which keeps
// them alive (see run.h).
//
// Rows are counted in 32 bits; the memory budget of a query ends it long before.
//
// Thread safety: a finished Column is immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "query/ast.h"
#include "query/functions.h"

namespace stele::query {

using ast::Var;
using Row = std::uint32_t;
inline constexpr Row kNoRow = UINT32_MAX;

struct Column {
  Kind kind = Kind::nil;    // of all rows, unless `kinds` says otherwise
  std::vector<Kind> kinds;  // by row, only if the column is mixed
  std::vector<Cell> cells;

  std::size_t size() const { return cells.size(); }
  bool is_mixed() const { return !kinds.empty(); }
  Kind kind_at(std::size_t row) const { return is_mixed() ? kinds[row] : kind; }
  Item at(std::size_t row) const { return {kind_at(row), cells[row]}; }
  // Are all rows of this kind?
  bool is_all(Kind k) const { return !is_mixed() && kind == k; }
  std::size_t bytes() const { return cells.size() * sizeof(Cell) + kinds.size() * sizeof(Kind); }
};
using ColumnPtr = std::shared_ptr<const Column>;

// Puts a column together; it turns mixed when a second kind comes.
class ColumnBuilder {
 public:
  void reserve(std::size_t rows) { column_.cells.reserve(rows); }
  void add(const Item& item) {
    prepare(item.kind, 1);
    column_.cells.push_back(item.cell);
  }
  void add(Kind kind, std::span<const Cell> cells) {
    prepare(kind, cells.size());
    column_.cells.insert(column_.cells.end(), cells.begin(), cells.end());
  }
  // Room for `rows` cells of one kind, which the caller fills in at once.
  std::span<Cell> extend(Kind kind, std::size_t rows) {
    prepare(kind, rows);
    column_.cells.resize(column_.cells.size() + rows);
    return std::span<Cell>(column_.cells).last(rows);
  }
  std::size_t size() const { return column_.cells.size(); }
  ColumnPtr finish() { return std::make_shared<const Column>(std::move(column_)); }

 private:
  void prepare(Kind kind, std::size_t rows) {
    if (column_.is_mixed() || (kind != column_.kind && rows > 0)) mix(kind, rows);
  }
  void mix(Kind kind, std::size_t rows);
  Column column_;
};

// The column with just these rows, in this order.
ColumnPtr gather(const Column& column, std::span<const Row> rows);
ColumnPtr constant_column(const Item& item, std::size_t rows);

// Are the cells of these two columns equal exactly when their bits are? Then loops need look at
// nothing else.
bool is_plain_pair(const Column& a, const Column& b);
inline bool is_equal(const Item& a, const Item& b) {
  return value::equal_cells(a.kind, a.cell, b.kind, b.cell);
}
// Do two values join? As equality, but nil, which says that there is no value, joins nothing.
inline bool unifies(const Item& a, const Item& b) { return a.kind != Kind::nil && is_equal(a, b); }

struct Columns {
  std::vector<Var> variables;
  std::vector<ColumnPtr> columns;  // one per variable, all of `rows` rows
  std::size_t rows = 0;

  // The relation that restricts nothing: one row, no variable.
  static Columns unit() { return {{}, {}, 1}; }

  // The variable's column, or null.
  const Column* find(Var variable) const;
  const Column& of(Var variable) const { return *find(variable); }
  bool has(Var variable) const { return find(variable) != nullptr; }
  ColumnPtr shared(Var variable) const;
  void add(Var variable, ColumnPtr column);
  std::size_t bytes() const;
  // The variables that the two have in common.
  std::vector<Var> shared_with(const Columns& other) const;
};

// All columns with just these rows. Where `rows` names every row once and in order nothing is
// copied.
Columns gather(const Columns& from, std::span<const Row> rows);

}  // namespace stele::query
