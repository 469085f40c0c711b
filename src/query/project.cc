#include "query/project.h"

#include <algorithm>

#include "base/try.h"
#include "query/row_groups.h"
#include "query/row_key.h"
#include "query/row_table.h"

namespace stele::query {
namespace {

// Small integers are told apart by a bit each, if the bits take no more room than the cells.
bool find_distinct_by_bits(const Column& column, std::vector<Row>& rows) {
  if (column.is_mixed() || column.kind != Kind::int64 || column.size() == 0) return false;
  const auto as_int = [](Cell a, Cell b) { return value::int_of(a) < value::int_of(b); };
  const auto [low, high] = std::minmax_element(column.cells.begin(), column.cells.end(), as_int);
  const std::uint64_t first = *low, width = *high - first;
  if (width >= std::uint64_t{column.size()} * 64) return false;
  std::vector<std::uint64_t> seen(static_cast<std::size_t>(width / 64 + 1));
  for (Row row = 0; row < column.size(); ++row) {
    const std::uint64_t at = column.cells[row] - first;
    std::uint64_t& word = seen[static_cast<std::size_t>(at / 64)];
    const std::uint64_t bit = std::uint64_t{1} << (at % 64);
    if (!(word & bit)) rows.push_back(row);
    word |= bit;
  }
  return true;
}

Done find_distinct_by_hash(const Columns& columns, std::vector<Row>& rows, Run& run) {
  STELE_DO(run.reserve(RowTable::bytes_for(columns.rows)));
  RowTable table(columns.rows);
  const RowKey key = RowKey::of(columns, columns.variables);
  std::vector<std::uint64_t> hashes;
  for (std::size_t begin = 0; begin < columns.rows; begin += kRowsBetweenPolls) {
    STELE_DO(run.keep_going());
    const std::size_t end = std::min(begin + kRowsBetweenPolls, columns.rows);
    key.hash(begin, end, hashes);
    for (std::size_t i = begin; i < end; ++i) {
      const auto row = static_cast<Row>(i);
      const auto equal = [&](Row other) { return key.equals(row, key, other); };
      if (table.add_new(row, hashes[i - begin], equal) == kNoRow) rows.push_back(row);
    }
  }
  return {};
}

// Are there texts among the columns? They are dear to hash, and few cells may point to many rows'.
bool has_texts(const Columns& columns) {
  return std::any_of(columns.columns.begin(), columns.columns.end(), [](const ColumnPtr& column) {
    return column->is_mixed() || value::is_pointer(column->kind);
  });
}

Done find_distinct(const Columns& columns, std::vector<Row>& rows, Run& run) {
  if (columns.columns.size() == 1 && find_distinct_by_bits(*columns.columns[0], rows)) return {};
  if (!has_texts(columns)) return find_distinct_by_hash(columns, rows, run);
  STELE_TRY(RowGroups groups, group_rows(columns, columns.variables, run));
  rows = std::move(groups.first);
  return {};
}

}  // namespace

Result<Columns> project(const Columns& from, std::span<const Var> keep, bool are_distinct,
                        Run& run) {
  Columns out{{}, {}, from.rows};
  for (Var variable : keep) {
    for (std::size_t i = 0; i < from.variables.size(); ++i) {
      if (from.variables[i] == variable && !out.has(variable)) out.add(variable, from.columns[i]);
    }
  }
  if (out.columns.empty()) {
    out.rows = std::min<std::size_t>(out.rows, 1);
    return out;
  }
  if (are_distinct || out.rows < 2) return out;
  STELE_DO(run.reserve(from.rows * sizeof(Row)));
  std::vector<Row> rows;
  STELE_DO(find_distinct(out, rows, run));
  return gather(out, rows);
}

}  // namespace stele::query
