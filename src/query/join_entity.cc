#include "query/join_entity.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/try.h"
#include "query/probe_batch.h"

namespace stele::query {
namespace {

using Entities = std::span<const std::uint64_t>;

// A probe costs about as much as passing by this many rows.
constexpr std::uint64_t kRowsPerProbe = 64;
// Equal stretches of two columns of entities are found by comparing blocks of this many.
constexpr std::size_t kBlock = 64;

bool is_strictly_ascending(Entities e) {
  for (std::size_t i = 1; i < e.size(); ++i) {
    if (e[i - 1] >= e[i]) return false;
  }
  return true;
}

// The first position from `at` on that is not before `e`: a few steps, then doubling ones.
std::size_t seek(Entities entities, std::size_t at, std::uint64_t e) {
  std::size_t step = 1;
  while (at + step < entities.size() && entities[at + step] < e) {
    at += step;
    step *= 2;
  }
  const auto end =
      entities.begin() + static_cast<std::ptrdiff_t>(std::min(at + step + 1, entities.size()));
  const auto begin = entities.begin() + static_cast<std::ptrdiff_t>(at);
  return static_cast<std::size_t>(std::lower_bound(begin, end, e) - entities.begin());
}

// Merges sorted entities with the slices of a scan, which ascend as well.
class Merge {
 public:
  explicit Merge(Entities left) : left_(left) {}

  bool is_done() const { return at_ == left_.size(); }

  // Invariant: entities before at_ have no more rows to come, in this slice or a later one.
  void match(const tree::Slice& slice, Batch& out) {
    const Entities right = slice.leaf->e().first(slice.end);
    const bool is_unique = is_strictly_ascending(right.subspan(slice.begin));
    std::size_t j = slice.begin;
    while (at_ < left_.size() && j < right.size()) {
      if (left_[at_] < right[j]) {
        at_ = seek(left_, at_, right[j]);
      } else if (right[j] < left_[at_]) {
        j = seek(right, j, left_[at_]);
      } else if (!is_unique || !match_block(right, j, out)) {
        match_entity(right, j, out);
      }
    }
    // The last entity may go on in the next slice.
    while (at_ > 0 && left_[at_ - 1] == right.back()) --at_;
  }

 private:
  // A whole block of equal entities at once; no repetitions on either side, since `right` has none.
  bool match_block(Entities right, std::size_t& j, Batch& out) {
    if (left_.size() - at_ < kBlock || right.size() - j < kBlock) return false;
    if (std::memcmp(&left_[at_], &right[j], kBlock * sizeof(right[0])) != 0) return false;
    for (std::size_t i = 0; i < kBlock; ++i) {
      out.add(static_cast<Row>(at_ + i), static_cast<Row>(j + i));
    }
    // A repetition of the last entity on the left is still to come.
    at_ += kBlock - 1;
    j += kBlock - 1;
    step_past(right, j);
    return true;
  }

  void step_past(Entities right, std::size_t& j) {
    const std::uint64_t e = right[j];
    ++at_;
    if (at_ == left_.size() || left_[at_] != e) ++j;
  }

  // All rows of one entity on the left with all on the right.
  void match_entity(Entities right, std::size_t& j, Batch& out) {
    const std::uint64_t e = right[j];
    const std::size_t begin = j;
    while (j < right.size() && right[j] == e) ++j;
    for (; at_ < left_.size() && left_[at_] == e; ++at_) {
      for (std::size_t row = begin; row < j; ++row) {
        out.add(static_cast<Row>(at_), static_cast<Row>(row));
      }
    }
  }

  Entities left_;
  std::size_t at_ = 0;
};

class EntityJoin {
 public:
  EntityJoin(const Columns& left, const DbPattern& pattern, Run& run)
      : left_(left), pattern_(pattern), run_(run), rows_(pattern, options(), run) {
    order_ = pattern.has_attribute() ? IndexOrder::aevt : IndexOrder::eavt;
    entities_ = left_.of(pattern.slots[kE].variable).cells;
  }

  Result<Columns> join() {
    if (left_.rows > 0 && !pattern_.matches_nothing) {
      const tree::Range range{key(entities_.front()), key(entities_.back()), true};
      const std::uint64_t rows = db::estimate_rows(*pattern_.view, order_, range);
      STELE_DO(left_.rows * kRowsPerProbe < rows ? probe() : merge(range));
      STELE_DO(run_.keep_going());
    }
    Columns out = gather(left_, left_rows_);
    Columns found = rows_.finish();
    for (std::size_t i = 0; i < found.columns.size(); ++i) {
      out.add(found.variables[i], found.columns[i]);
    }
    return out;
  }

 private:
  LeafRows::Options options() const {
    return {.left = &left_, .joined = kE, .searched = pattern_.has_attribute() ? 1u << kA : 0u};
  }

  format::Key key(std::uint64_t e) const {
    return pattern_.has_attribute() ? format::Key::aevt(pattern_.attribute, e)
                                    : format::Key::eavt(e);
  }

  Done take(const format::LeafPtr& leaf, Batch& batch) {
    STELE_DO(run_.reserve(batch.leaf_rows.size() * (left_.columns.size() + 1) * sizeof(Cell)));
    STELE_DO(rows_.take(leaf, batch));
    left_rows_.insert(left_rows_.end(), batch.left_rows.begin(), batch.left_rows.end());
    batch.clear();
    return {};
  }

  Done merge(const tree::Range& range) {
    db::Scan scan(*pattern_.view, order_, range, run_.reader);
    Merge merge(entities_);
    tree::Slice slice;
    Batch batch;
    while (!merge.is_done() && scan.next(slice)) {
      STELE_DO(run_.keep_going());
      merge.match(slice, batch);
      STELE_DO(take(slice.leaf, batch));
    }
    return {};
  }

  Done probe() {
    std::vector<format::Key> keys;
    std::vector<Row> first;  // for each key, its first row on the left; and the end
    for (std::size_t i = 0; i < entities_.size(); ++i) {
      if (i > 0 && entities_[i] == entities_[i - 1]) continue;
      keys.push_back(key(entities_[i]));
      first.push_back(static_cast<Row>(i));
    }
    first.push_back(static_cast<Row>(entities_.size()));
    return probe_batch(
        *pattern_.view, order_, keys, first, run_,
        [&](const format::LeafPtr& leaf, Batch& batch) { return take(leaf, batch); });
  }

  const Columns& left_;
  const DbPattern& pattern_;
  Run& run_;
  LeafRows rows_;
  IndexOrder order_;
  Entities entities_;
  std::vector<Row> left_rows_;
};

// The relation in the order of its entities.
Columns sorted_by(const Columns& left, Var entity) {
  const std::span<const Cell> cells = left.of(entity).cells;
  if (std::is_sorted(cells.begin(), cells.end())) return left;
  std::vector<Row> rows(left.rows);
  std::iota(rows.begin(), rows.end(), Row{0});
  std::stable_sort(rows.begin(), rows.end(), [&](Row a, Row b) { return cells[a] < cells[b]; });
  return gather(left, rows);
}

}  // namespace

bool can_join_entity(const Columns& left, const DbPattern& pattern) {
  const Slot& slot = pattern.slots[kE];
  const Column* column = slot.is_variable() ? left.find(slot.variable) : nullptr;
  return column && column->is_all(Kind::int64);
}

Result<Columns> join_entity(const Columns& left, const DbPattern& pattern, Run& run) {
  STELE_DO(run.reserve(left.rows * sizeof(Row) + left.bytes()));
  const Columns sorted = sorted_by(left, pattern.slots[kE].variable);
  return EntityJoin(sorted, pattern, run).join();
}

}  // namespace stele::query
