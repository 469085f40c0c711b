#include "query/shape.h"

#include <algorithm>
#include <bit>

#include "base/try.h"
#include "query/relation_data.h"

namespace stele::query {
namespace {

int compare_rows(const std::vector<ColumnPtr>& columns, Row a, Row b) {
  for (const ColumnPtr& column : columns) {
    const int order = value::compare_cells(column->kind_at(a), column->cells[a], column->kind_at(b),
                                           column->cells[b]);
    if (order != 0) return order;
  }
  return 0;
}

Row least_row(const std::vector<ColumnPtr>& columns, std::size_t rows) {
  Row least = 0;
  for (Row row = 1; row < rows; ++row) {
    if (compare_rows(columns, row, least) < 0) least = row;
  }
  return least;
}

bool has_texts(const Column& column) { return column.is_mixed() || value::is_pointer(column.kind); }

// A column whose texts are the arena's own. Equal texts of a leaf often share a cell: what was
// copied for one is remembered, and serves the next.
Result<ColumnPtr> with_own_texts(const Column& from, base::Arena& arena, Run& run) {
  struct Copy {
    Cell from = 0;
    Cell to = 0;
  };
  constexpr std::size_t kCopies = 256;
  std::vector<Copy> copies(std::min(kCopies, std::bit_ceil(from.size() + 1)));
  auto out = std::make_shared<Column>(from);
  for (std::size_t row = 0; row < out->size(); ++row) {
    if (!value::is_pointer(out->kind_at(row))) continue;
    Cell& cell = out->cells[row];
    Copy& copy = copies[(cell * 0x9E3779B97F4A7C15u >> 56) & (copies.size() - 1)];
    if (copy.from != cell) {
      STELE_DO(run.reserve(value::text_of(cell).size()));
      copy = {cell, value::copy_cell(out->kind_at(row), cell, arena)};
    }
    cell = copy.to;
  }
  return ColumnPtr(std::move(out));
}

bool wants_one_row(FindShape shape) {
  return shape == FindShape::tuple || shape == FindShape::scalar;
}

}  // namespace

Result<Relation> shape(const ast::Query& query, const Columns& answer, Run& run) {
  auto data = std::make_shared<Relation::Data>();
  data->shape = query.shape;
  data->rows = answer.rows;
  std::vector<ColumnPtr> columns;
  for (const auto& element : query.find) columns.push_back(answer.shared(element.variable));
  const bool one = wants_one_row(query.shape) && answer.rows > 1;
  const Row least = one ? least_row(columns, answer.rows) : 0;
  if (one) data->rows = 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    data->names.push_back(query.variables[query.find[i].variable]);
    ColumnPtr column = one ? gather(*columns[i], {&least, 1}) : columns[i];
    STELE_DO(run.reserve(column->bytes()));
    if (has_texts(*column)) {
      STELE_TRY(column, with_own_texts(*column, data->arena, run));
    }
    data->columns.push_back(std::move(column));
  }
  return Relation(std::move(data));
}

}  // namespace stele::query
