#include "query/unite.h"

#include <algorithm>

#include "base/try.h"
#include "query/int_set.h"
#include "query/project.h"

namespace stele::query {
namespace {

std::optional<ColumnPtr> unite_by_bits(std::span<const Columns> parts, std::size_t rows) {
  const Column& first = *parts[0].columns[0];
  CellRange range;
  for (const Columns& part : parts) {
    if (!is_plain_pair(first, *part.columns[0])) return std::nullopt;
    range.add(part.columns[0]->cells);
  }
  std::optional<IntSet> set = IntSet::covering(range, rows);
  if (!set) return std::nullopt;
  for (const Columns& part : parts) set->add(part.columns[0]->cells);
  return set->to_column(first.kind);
}

ColumnPtr concatenate(std::span<const Columns> parts, std::size_t at) {
  ColumnBuilder out;
  for (const Columns& part : parts) {
    const Column& column = *part.columns[at];
    if (!column.is_mixed()) {
      out.add(column.kind, column.cells);
      continue;
    }
    for (std::size_t row = 0; row < column.size(); ++row) out.add(column.at(row));
  }
  return out.finish();
}

}  // namespace

Result<Columns> unite(std::vector<Columns> parts, Run& run) {
  Columns none = parts[0];
  std::erase_if(parts, [](const Columns& part) { return part.rows == 0; });
  if (parts.empty()) return none;
  if (parts.size() == 1 || parts[0].columns.empty()) return std::move(parts[0]);
  Columns all{parts[0].variables, {}, 0};
  std::uint64_t rows = 0;
  for (const Columns& part : parts) rows += part.rows;
  STELE_DO(run.reserve_rows(rows, all.variables.size() * sizeof(Cell)));
  all.rows = static_cast<std::size_t>(rows);
  if (all.variables.size() == 1) {
    if (auto column = unite_by_bits(parts, all.rows)) {
      all.rows = (*column)->size();
      all.columns.push_back(*std::move(column));
      return all;
    }
  }
  for (std::size_t i = 0; i < all.variables.size(); ++i) {
    all.columns.push_back(concatenate(parts, i));
  }
  return project(all, all.variables, /*are_distinct=*/false, run);
}

}  // namespace stele::query
