#include "query/row_groups.h"

#include <algorithm>

#include "base/hash.h"
#include "base/try.h"
#include "query/row_key.h"
#include "query/row_table.h"

namespace stele::query {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
// Tables that are looked up by number, not by hash, may have this many entries whatever the rows.
constexpr std::uint64_t kDirectMin = 1024;
// Texts met lately, found by the address of their cell.
constexpr std::size_t kRecentTexts = 256;

std::uint64_t direct_max(std::size_t rows) {
  return std::max<std::uint64_t>(kDirectMin, std::uint64_t{rows} * 4);
}

// Gives numbers to keys that are small numbers themselves.
template <typename KeyAt>
void number_directly(std::size_t rows, std::uint64_t keys, const KeyAt& key_at, RowGroups& out) {
  std::vector<std::uint32_t> number_of(static_cast<std::size_t>(keys), kNone);
  for (Row row = 0; row < rows; ++row) {
    std::uint32_t& number = number_of[static_cast<std::size_t>(key_at(row))];
    if (number == kNone) {
      number = static_cast<std::uint32_t>(out.first.size());
      out.first.push_back(row);
    }
    out.numbers[row] = number;
  }
}

// Gives numbers to keys by a hash table of the first row of each.
class Numberer {
 public:
  Numberer(std::size_t rows, RowGroups& out) : table_(rows), out_(out) {}

  // `equal(other)` compares the row's key with that of another.
  template <typename Equal>
  std::uint32_t add(Row row, std::uint64_t hash, const Equal& equal) {
    const Row known = table_.add_new(row, hash, equal);
    if (known != kNoRow) return out_.numbers[row] = out_.numbers[known];
    out_.first.push_back(row);
    return out_.numbers[row] = static_cast<std::uint32_t>(out_.first.size() - 1);
  }

 private:
  RowTable table_;
  RowGroups& out_;
};

// Small integers are their own numbers, but for an offset. False: they are not small.
bool number_small_ints(const Column& column, RowGroups& out) {
  if (!column.is_all(Kind::int64)) return false;
  const auto as_int = [](Cell a, Cell b) { return value::int_of(a) < value::int_of(b); };
  const auto [low, high] = std::minmax_element(column.cells.begin(), column.cells.end(), as_int);
  const std::uint64_t least = *low, width = *high - least;
  if (width >= direct_max(column.size())) return false;
  number_directly(
      column.size(), width + 1, [&](Row row) { return column.cells[row] - least; }, out);
  return true;
}

void number_cells(const Column& column, RowGroups& out) {
  struct Recent {
    Cell cell = 0;
    Kind kind = Kind::nil;
    std::uint32_t number = kNone;
  };
  std::vector<Recent> recent(kRecentTexts);
  Numberer numberer(column.size(), out);
  for (Row row = 0; row < column.size(); ++row) {
    const Item item = column.at(row);
    const bool is_text = value::is_pointer(item.kind);
    Recent& met = recent[static_cast<std::size_t>(base::mix(0, item.cell)) % kRecentTexts];
    if (is_text && met.number != kNone && met.cell == item.cell && met.kind == item.kind) {
      out.numbers[row] = met.number;
      continue;
    }
    const std::uint32_t number =
        numberer.add(row, value::hash_cell(item.kind, item.cell),
                     [&](Row other) { return is_equal(item, column.at(other)); });
    if (is_text) met = {item.cell, item.kind, number};
  }
}

RowGroups number_column(const Column& column) {
  RowGroups out{std::vector<std::uint32_t>(column.size()), {}};
  if (!number_small_ints(column, out)) number_cells(column, out);
  return out;
}

// The groups that agree in both.
RowGroups combine(const RowGroups& a, const RowGroups& b) {
  const std::size_t rows = a.numbers.size();
  RowGroups out{std::vector<std::uint32_t>(rows), {}};
  const std::uint64_t pairs = std::uint64_t{a.size()} * b.size();
  if (pairs <= direct_max(rows)) {
    number_directly(
        rows, pairs,
        [&](Row row) { return std::uint64_t{a.numbers[row]} * b.size() + b.numbers[row]; }, out);
    return out;
  }
  Numberer numberer(rows, out);
  for (Row row = 0; row < rows; ++row) {
    numberer.add(row, base::mix(a.numbers[row], b.numbers[row]), [&](Row other) {
      return a.numbers[row] == a.numbers[other] && b.numbers[row] == b.numbers[other];
    });
  }
  return out;
}

}  // namespace

Result<RowGroups> group_rows(const Columns& columns, std::span<const Var> variables, Run& run) {
  const std::size_t rows = columns.rows;
  RowGroups out;
  if (rows == 0) return out;
  STELE_DO(run.reserve(RowTable::bytes_for(rows) + std::uint64_t{rows} * 6 * sizeof(Row)));
  bool is_first = true;
  for (Var variable : variables) {
    STELE_DO(run.keep_going());
    // Rows that are all different stay so.
    if (!is_first && out.size() == rows) break;
    RowGroups more = number_column(columns.of(variable));
    out = is_first || out.size() == 1 ? std::move(more) : combine(out, more);
    is_first = false;
  }
  if (is_first) {
    out.numbers.assign(rows, 0);
    out.first.push_back(0);
  }
  return out;
}

}  // namespace stele::query
