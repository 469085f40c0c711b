#include "query/join_value.h"

#include <algorithm>
#include <numeric>

#include "base/try.h"
#include "query/join_hash.h"
#include "query/probe_batch.h"
#include "query/scan.h"

namespace stele::query {
namespace {

// Probing pays while it fetches less than one row in eight of the column: what it gives is in the
// order of values, so that later joins on the entity have to sort it.
constexpr std::uint64_t kSelectivity = 8;
// A probe costs about as much as passing by this many rows.
constexpr std::uint64_t kRowsPerProbe = 64;
// For so many keys the planner's counts are looked up one by one.
constexpr std::size_t kKeysCounted = 256;

class ValueJoin {
 public:
  ValueJoin(const Columns& left, const DbPattern& pattern, Run& run)
      : left_(left), pattern_(pattern), run_(run), values_(left.of(pattern.slots[kV].variable)) {}

  Result<Columns> join() {
    if (left_.rows * kRowsPerProbe > 4 * column_rows() + kRowsPerProbe) return hash();
    make_keys();
    if (!is_selective()) return hash();
    return probe();
  }

 private:
  std::uint64_t column_rows() const {
    return db::estimate_rows(*pattern_.view, IndexOrder::aevt,
                             tree::Range::prefix(format::Key::aevt(pattern_.attribute)),
                             pattern_.events);
  }

  Result<Columns> hash() {
    STELE_TRY(const Columns rows, scan(pattern_, run_));
    return join_hash(left_, rows, run_);
  }

  int compare(Row a, Row b) const {
    return value::compare_cells(values_.kind_at(a), values_.cells[a], values_.kind_at(b),
                                values_.cells[b]);
  }

  // Rows by value in the storage order, and a key for every value of its own. nil joins nothing.
  void make_keys() {
    for (Row row = 0; row < left_.rows; ++row) {
      if (values_.kind_at(row) != Kind::nil) sorted_.push_back(row);
    }
    std::sort(sorted_.begin(), sorted_.end(), [&](Row a, Row b) {
      const int order = compare(a, b);
      return order != 0 ? order < 0 : a < b;
    });
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
      if (i > 0 && compare(sorted_[i - 1], sorted_[i]) == 0) continue;
      const Item item = values_.at(sorted_[i]);
      keys_.push_back(format::Key::avet(pattern_.attribute, item.kind, item.cell));
      first_.push_back(static_cast<Row>(i));
    }
    first_.push_back(static_cast<Row>(sorted_.size()));
  }

  bool is_selective() const {
    if (keys_.size() > kKeysCounted) return true;
    std::uint64_t rows = 0;
    for (const format::Key& key : keys_) {
      rows += db::estimate_rows(*pattern_.view, IndexOrder::avet, tree::Range::prefix(key),
                                pattern_.events);
    }
    return rows * kSelectivity <= column_rows() + kRowsPerProbe;
  }

  Result<Columns> probe() {
    const Columns left = gather(left_, sorted_);
    LeafRows rows(pattern_, {.left = &left, .searched = 1u << kA}, run_);
    std::vector<Row> left_rows;
    const auto take = [&](const format::LeafPtr& leaf, Batch& batch) -> Done {
      STELE_DO(run_.reserve(batch.leaf_rows.size() * (left.columns.size() + 1) * sizeof(Cell)));
      STELE_DO(rows.take(leaf, batch));
      left_rows.insert(left_rows.end(), batch.left_rows.begin(), batch.left_rows.end());
      batch.clear();
      return {};
    };
    STELE_DO(probe_batch(pattern_, IndexOrder::avet, keys_, first_, run_, take));
    Columns out = gather(left, left_rows);
    Columns found = rows.finish();
    for (std::size_t i = 0; i < found.columns.size(); ++i) {
      out.add(found.variables[i], found.columns[i]);
    }
    return out;
  }

  const Columns& left_;
  const DbPattern& pattern_;
  Run& run_;
  const Column& values_;
  std::vector<Row> sorted_;
  std::vector<format::Key> keys_;
  std::vector<Row> first_;
};

}  // namespace

bool can_join_value(const Columns& left, const DbPattern& pattern) {
  const Slot& slot = pattern.slots[kV];
  return slot.is_variable() && left.has(slot.variable) && pattern.is_indexed();
}

Result<Columns> join_value(const Columns& left, const DbPattern& pattern, Run& run) {
  STELE_DO(run.reserve(left.rows * (sizeof(Row) * 2 + sizeof(format::Key)) + left.bytes()));
  return ValueJoin(left, pattern, run).join();
}

}  // namespace stele::query
