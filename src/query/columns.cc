#include "query/columns.h"

namespace stele::query {
namespace {

bool is_every_row(std::span<const Row> rows, std::size_t count) {
  if (rows.size() != count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (rows[i] != i) return false;
  }
  return true;
}

// Kinds whose cells are equal exactly when their bits are, as long as both sides are of that kind.
bool is_plain(Kind kind) {
  return kind == Kind::int64 || kind == Kind::instant || kind == Kind::boolean ||
         kind == Kind::character;
}

}  // namespace

void ColumnBuilder::mix(Kind kind, std::size_t rows) {
  if (!column_.is_mixed()) {
    if (column_.cells.empty()) {
      column_.kind = kind;
      return;
    }
    column_.kinds.assign(column_.cells.size(), column_.kind);
    column_.kind = Kind::nil;
  }
  column_.kinds.insert(column_.kinds.end(), rows, kind);
}

ColumnPtr gather(const Column& column, std::span<const Row> rows) {
  auto out = std::make_shared<Column>();
  out->kind = column.kind;
  out->cells.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out->cells[i] = column.cells[rows[i]];
  if (column.is_mixed()) {
    out->kinds.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) out->kinds[i] = column.kinds[rows[i]];
  }
  return out;
}

ColumnPtr constant_column(const Item& item, std::size_t rows) {
  auto out = std::make_shared<Column>();
  out->kind = item.kind;
  out->cells.assign(rows, item.cell);
  return out;
}

bool is_plain_pair(const Column& a, const Column& b) {
  return !a.is_mixed() && !b.is_mixed() && a.kind == b.kind && is_plain(a.kind);
}

const Column* Columns::find(Var variable) const {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (variables[i] == variable) return columns[i].get();
  }
  return nullptr;
}

ColumnPtr Columns::shared(Var variable) const {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (variables[i] == variable) return columns[i];
  }
  return nullptr;
}

void Columns::add(Var variable, ColumnPtr column) {
  variables.push_back(variable);
  columns.push_back(std::move(column));
}

std::size_t Columns::bytes() const {
  std::size_t sum = 0;
  for (const ColumnPtr& column : columns) sum += column->bytes();
  return sum;
}

std::vector<Var> Columns::shared_with(const Columns& other) const {
  std::vector<Var> out;
  for (Var variable : variables) {
    if (other.has(variable)) out.push_back(variable);
  }
  return out;
}

Columns gather(const Columns& from, std::span<const Row> rows) {
  if (is_every_row(rows, from.rows)) return from;
  Columns out{from.variables, {}, rows.size()};
  for (const ColumnPtr& column : from.columns) out.columns.push_back(gather(*column, rows));
  return out;
}

}  // namespace stele::query
