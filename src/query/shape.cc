#include "query/shape.h"

#include <algorithm>
#include <bit>

#include "base/try.h"
#include "query/read.h"
#include "query/relation_data.h"

namespace stele::query {
namespace {

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

}  // namespace

Result<Relation> shape(const ast::Query& query, const Found& found, Run& run) {
  auto data = std::make_shared<Relation::Data>();
  data->shape = query.shape;
  data->is_set = ast::is_set(query);
  data->is_ordered = !query.order_by.empty();
  data->return_keys = query.return_keys;
  data->rows = found.rows;
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    data->names.push_back(show(query.find[i].form));
    data->values.push_back(found.columns[i].values);
    ColumnPtr column = found.columns[i].cells;
    if (!column) column = std::make_shared<const Column>();
    STELE_DO(run.reserve(column->bytes()));
    if (has_texts(*column)) {
      STELE_TRY(column, with_own_texts(*column, data->arena, run));
    }
    data->columns.push_back(std::move(column));
  }
  const tree::ReadStatistics& read = run.reader.statistics();
  data->statistics = {read.nodes, read.requests, read.bytes, read.rounds};
  return Relation(std::move(data));
}

}  // namespace stele::query
