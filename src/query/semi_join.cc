#include "query/semi_join.h"

#include "base/try.h"
#include "query/int_set.h"
#include "query/row_key.h"
#include "query/row_table.h"

namespace stele::query {
namespace {

Columns without_rows(const Columns& from) { return gather(from, std::span<const Row>()); }

// Rows for which `has(row)` is as wanted, without a branch on the outcome.
template <typename Has>
Columns rows_where(const Columns& from, bool wanted, const Has& has) {
  std::vector<Row> rows(from.rows);
  std::size_t kept = 0;
  for (Row row = 0; row < from.rows; ++row) {
    rows[kept] = row;
    kept += has(row) == wanted;
  }
  rows.resize(kept);
  return gather(from, rows);
}

class HashedPartners {
 public:
  HashedPartners(const Columns& from, const Columns& with, Nil nil, Run& run)
      : from_(from), with_(with), nil_(nil), run_(run), table_(with.rows) {
    std::tie(from_key_, with_key_) = RowKey::of(from, with, with.variables);
  }

  Result<Columns> keep(bool wanted) {
    STELE_DO(fill());
    std::vector<Row> rows;
    for (std::size_t begin = 0; begin < from_.rows; begin += kRowsBetweenPolls) {
      STELE_DO(run_.keep_going());
      const std::size_t end = std::min(begin + kRowsBetweenPolls, from_.rows);
      from_key_.hash(begin, end, hashes_);
      for (std::size_t i = begin; i < end; ++i) {
        const auto row = static_cast<Row>(i);
        if (has_partner(row, hashes_[i - begin]) == wanted) rows.push_back(row);
      }
    }
    return gather(from_, rows);
  }

 private:
  bool is_out(const RowKey& key, Row row) const {
    return nil_ == Nil::joins_nothing && key.may_have_nil() && key.has_nil(row);
  }

  Done fill() {
    for (std::size_t begin = 0; begin < with_.rows; begin += kRowsBetweenPolls) {
      STELE_DO(run_.keep_going());
      const std::size_t end = std::min(begin + kRowsBetweenPolls, with_.rows);
      with_key_.hash(begin, end, hashes_);
      for (std::size_t i = begin; i < end; ++i) {
        const auto row = static_cast<Row>(i);
        if (is_out(with_key_, row)) continue;
        table_.add_new(row, hashes_[i - begin],
                       [&](Row other) { return with_key_.equals(row, with_key_, other); });
      }
    }
    return {};
  }

  bool has_partner(Row row, std::uint64_t hash) const {
    const auto equal = [&](Row other) { return from_key_.equals(row, with_key_, other); };
    return !is_out(from_key_, row) && table_.find(hash, equal) != kNoRow;
  }

  const Columns& from_;
  const Columns& with_;
  Nil nil_;
  Run& run_;
  RowTable table_;
  RowKey from_key_, with_key_;
  std::vector<std::uint64_t> hashes_;
};

// Of two columns of plain numbers; nullopt: they do not lie close enough together.
std::optional<Columns> keep_by_bits(const Columns& from, const Columns& with, bool wanted) {
  if (with.variables.size() != 1) return std::nullopt;
  const Column &mine = from.of(with.variables[0]), &theirs = *with.columns[0];
  if (!is_plain_pair(mine, theirs)) return std::nullopt;
  CellRange range;
  range.add(theirs.cells);
  std::optional<IntSet> set = IntSet::covering(range, from.rows + with.rows);
  if (!set) return std::nullopt;
  set->add(theirs.cells);
  const std::span<const Cell> cells = mine.cells;
  return rows_where(from, wanted, [&](Row row) { return set->has(cells[row]); });
}

}  // namespace

Result<Columns> semi_join(const Columns& from, const Columns& with, Keep keep, Nil nil, Run& run) {
  const bool wanted = keep == Keep::partnered;
  if (with.rows == 0 || from.rows == 0) return wanted ? without_rows(from) : from;
  if (with.variables.empty()) return wanted ? from : without_rows(from);
  STELE_DO(run.reserve(RowTable::bytes_for(with.rows) + from.rows * sizeof(Row) + from.bytes()));
  STELE_DO(run.keep_going());
  if (auto kept = keep_by_bits(from, with, wanted)) return *std::move(kept);
  return HashedPartners(from, with, nil, run).keep(wanted);
}

}  // namespace stele::query
