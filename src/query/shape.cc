#include "query/shape.h"

#include <algorithm>

#include "base/try.h"
#include "query/relation_data.h"

namespace stele::query {
namespace {

int compare_rows(const std::vector<const Column*>& columns, Row a, Row b) {
  for (const Column* column : columns) {
    const int order = value::compare_cells(column->kind_at(a), column->cells[a], column->kind_at(b),
                                           column->cells[b]);
    if (order != 0) return order;
  }
  return 0;
}

Row least_row(const std::vector<const Column*>& columns, std::size_t rows) {
  Row least = 0;
  for (Row row = 1; row < rows; ++row) {
    if (compare_rows(columns, row, least) < 0) least = row;
  }
  return least;
}

// Equal cells that follow each other share one copy: columns of keywords hold few texts.
void own_texts(Column& column, base::Arena& arena) {
  Cell seen = 0, copy = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!value::is_pointer(column.kind_at(row))) continue;
    if (copy == 0 || column.cells[row] != seen) {
      seen = column.cells[row];
      copy = value::copy_cell(column.kind_at(row), seen, arena);
    }
    column.cells[row] = copy;
  }
}

std::uint64_t text_bytes(const Column& column) {
  if (!column.is_mixed() && !value::is_pointer(column.kind)) return 0;
  std::uint64_t bytes = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (value::is_pointer(column.kind_at(row))) bytes += value::text_of(column.cells[row]).size();
  }
  return bytes;
}

bool wants_one_row(FindShape shape) {
  return shape == FindShape::tuple || shape == FindShape::scalar;
}

}  // namespace

Result<Relation> shape(const ast::Query& query, const Columns& answer, Run& run) {
  auto data = std::make_shared<Relation::Data>();
  data->shape = query.shape;
  data->rows = answer.rows;
  std::vector<const Column*> columns;
  for (const auto& element : query.find) columns.push_back(&answer.of(element.variable));
  const bool one = wants_one_row(query.shape) && answer.rows > 1;
  const Row least = one ? least_row(columns, answer.rows) : 0;
  if (one) data->rows = 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    data->names.push_back(query.variables[query.find[i].variable]);
    data->columns.push_back(one ? *gather(*columns[i], {&least, 1}) : *columns[i]);
    Column& column = data->columns.back();
    STELE_DO(run.reserve(column.bytes() + text_bytes(column)));
    own_texts(column, data->arena);
  }
  return Relation(std::move(data));
}

}  // namespace stele::query
