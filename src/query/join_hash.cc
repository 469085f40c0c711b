#include "query/join_hash.h"

#include "base/try.h"
#include "query/row_key.h"
#include "query/row_table.h"

namespace stele::query {
namespace {

// Rows of either side that belong together.
struct Pairs {
  std::vector<Row> probed, built;

  void add(Row probe_row, Row build_row) {
    probed.push_back(probe_row);
    built.push_back(build_row);
  }
  std::size_t size() const { return probed.size(); }
};

// Answers carry the columns of both sides; what is shared is taken from the probed one.
Columns combine(const Columns& probe, const Columns& build, const Pairs& pairs) {
  Columns out = gather(probe, pairs.probed);
  for (std::size_t i = 0; i < build.variables.size(); ++i) {
    if (probe.has(build.variables[i])) continue;
    out.add(build.variables[i], gather(*build.columns[i], pairs.built));
  }
  return out;
}

class HashJoin {
 public:
  HashJoin(const Columns& build, const Columns& probe, Nil nil, Run& run)
      : build_(build), probe_(probe), nil_(nil), run_(run) {}

  Result<Columns> join(std::span<const Var> shared) {
    std::tie(build_key_, probe_key_) = RowKey::of(build_, probe_, shared);
    STELE_DO(run_.reserve(RowTable::bytes_for(build_.rows)));
    RowTable table(build_.rows);
    fill(table);
    row_bytes_ = 2 * sizeof(Row) + (build_.columns.size() + probe_.columns.size()) * sizeof(Cell);
    for (std::size_t begin = 0; begin < probe_.rows; begin += kRowsBetweenPolls) {
      STELE_DO(run_.keep_going());
      STELE_DO(look_up(table, begin, std::min(begin + kRowsBetweenPolls, probe_.rows)));
    }
    return combine(probe_, build_, pairs_);
  }

 private:
  // From the last row to the first, so that chains ascend.
  void fill(RowTable& table) {
    const Cell* cells = build_key_.single_plain();
    const bool may_have_nil = nil_ == Nil::joins_nothing && build_key_.may_have_nil();
    for (std::size_t end = build_.rows; end > 0;) {
      const std::size_t begin = end - std::min(end, kRowsBetweenPolls);
      build_key_.hash(begin, end, hashes_);
      while (end > begin) {
        const auto row = static_cast<Row>(--end);
        if (may_have_nil && build_key_.has_nil(row)) continue;
        if (cells) {
          table.add(row, hashes_[end - begin], [&](Row r) { return cells[r] == cells[row]; });
        } else {
          table.add(row, hashes_[end - begin],
                    [&](Row r) { return build_key_.equals(row, build_key_, r); });
        }
      }
    }
  }

  Done look_up(const RowTable& table, std::size_t begin, std::size_t end) {
    probe_key_.hash(begin, end, hashes_);
    const Cell *cells = probe_key_.single_plain(), *built = build_key_.single_plain();
    for (std::size_t i = begin; i < end; ++i) {
      const auto row = static_cast<Row>(i);
      const std::uint64_t hash = hashes_[i - begin];
      Row match =
          cells ? table.find(hash, [&](Row r) { return built[r] == cells[row]; })
                : table.find(hash, [&](Row r) { return probe_key_.equals(row, build_key_, r); });
      for (; match != kNoRow; match = table.next(match)) pairs_.add(row, match);
      if (pairs_.size() - pairs_counted_ >= kRowsBetweenPolls) STELE_DO(count_pairs());
    }
    return count_pairs();
  }

  // The budget is asked as the answer grows, not when it is there.
  Done count_pairs() {
    if (pairs_.size() >= kNoRow) return run_.reserve_rows(pairs_.size(), row_bytes_);
    STELE_DO(run_.reserve((pairs_.size() - pairs_counted_) * row_bytes_));
    pairs_counted_ = pairs_.size();
    return run_.keep_going();
  }

  const Columns& build_;
  const Columns& probe_;
  Nil nil_;
  Run& run_;
  RowKey build_key_, probe_key_;
  std::vector<std::uint64_t> hashes_;
  Pairs pairs_;
  std::size_t pairs_counted_ = 0;
  std::size_t row_bytes_ = 0;
};

Result<Columns> product(const Columns& a, const Columns& b, Run& run) {
  if (b.rows == 1 && b.columns.empty()) return a;
  if (a.rows == 1 && a.columns.empty()) return b;
  const std::uint64_t rows = std::uint64_t{a.rows} * b.rows;
  STELE_DO(run.reserve_rows(
      rows, 2 * sizeof(Row) + (a.columns.size() + b.columns.size()) * sizeof(Cell)));
  STELE_DO(run.keep_going());
  Pairs pairs;
  pairs.probed.reserve(static_cast<std::size_t>(rows));
  pairs.built.reserve(static_cast<std::size_t>(rows));
  for (Row i = 0; i < a.rows; ++i) {
    for (Row j = 0; j < b.rows; ++j) pairs.add(i, j);
  }
  return combine(a, b, pairs);
}

}  // namespace

Result<Columns> join_hash(const Columns& a, const Columns& b, Run& run, Nil nil) {
  const std::vector<Var> shared = a.shared_with(b);
  if (shared.empty()) return product(a, b, run);
  const bool build_a = a.rows < b.rows;
  return HashJoin(build_a ? a : b, build_a ? b : a, nil, run).join(shared);
}

}  // namespace stele::query
