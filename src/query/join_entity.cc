#include "query/join_entity.h"

#include <algorithm>
#include <numeric>

#include "base/try.h"
#include "query/probe_batch.h"

namespace stele::query {
namespace {

using Entities = std::span<const std::uint64_t>;

// A probe costs about as much as passing by this many rows.
constexpr std::uint64_t kRowsPerProbe = 64;
// A leaf's entities are looked up by their distance from the first where that wastes no more than
// this many places for each, and where at least one in kRowsPerLookup of them is asked for.
constexpr std::uint64_t kPlacesPerRow = 8;
constexpr std::size_t kRowsPerLookup = 16;

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
  // `is_unique`: it is known that no entity has two rows.
  Merge(Entities left, bool is_unique) : left_(left), is_unique_(is_unique) {}

  bool is_done() const { return at_ == left_.size(); }

  // Invariant: entities before at_ have no more rows to come, in this slice or a later one.
  void match(const tree::Slice& slice, Batch& out) {
    const Entities right = slice.leaf->e().subspan(slice.begin, slice.size());
    at_ = seek_from(left_, at_, right.front());
    const std::size_t end = seek_from(left_, at_, right.back() + 1);
    if (can_look_up(right, end)) {
      look_up(right, slice.begin, end, out);
    } else {
      walk(right, slice.begin, end, out);
    }
    at_ = end;
    // The last entity may go on in the next slice.
    while (at_ > 0 && left_[at_ - 1] == right.back()) --at_;
  }

 private:
  static std::size_t seek_from(Entities entities, std::size_t at, std::uint64_t e) {
    return at < entities.size() && entities[at] < e ? seek(entities, at, e) : at;
  }

  bool can_look_up(Entities right, std::size_t end) const {
    const std::uint64_t places = right.back() - right.front() + 1;
    return (end - at_) * kRowsPerLookup >= right.size() && places <= right.size() * kPlacesPerRow &&
           (is_unique_ || are_in_place(right, end) || is_strictly_ascending(right));
  }

  // Is each left entity up to `end` where its distance from the first says, and there alone?
  bool are_in_place(Entities right, std::size_t end) const {
    if (right.back() - right.front() + 1 != right.size()) return false;
    const std::size_t last = right.size() - 1;
    for (std::size_t i = at_; i < end; ++i) {
      const std::uint64_t e = left_[i];
      const std::size_t place = e - right.front();
      const bool is_alone = right[place] == e && (place == 0 || right[place - 1] != e) &&
                            (place == last || right[place + 1] != e);
      if (!is_alone) return false;
    }
    return true;
  }

  // Left rows up to `end` lie between the first and the last entity of `right`, which are unique.
  void look_up(Entities right, Row base, std::size_t end, Batch& out) {
    const std::uint64_t first = right.front();
    const auto places = static_cast<std::size_t>(right.back() - first + 1);
    const std::span<Row> left_rows = extend(out.left_rows, end - at_),
                         leaf_rows = extend(out.leaf_rows, end - at_);
    if (places == right.size()) {
      for (std::size_t i = at_; i < end; ++i) {
        left_rows[i - at_] = static_cast<Row>(i);
        leaf_rows[i - at_] = base + static_cast<Row>(left_[i] - first);
      }
      at_ = end;
      return;
    }
    rows_by_place_.assign(places, kNoRow);
    for (std::size_t j = 0; j < right.size(); ++j) {
      rows_by_place_[right[j] - first] = base + static_cast<Row>(j);
    }
    std::size_t found = 0;
    for (; at_ < end; ++at_) {
      const Row row = rows_by_place_[left_[at_] - first];
      left_rows[found] = static_cast<Row>(at_);
      leaf_rows[found] = row;
      found += row != kNoRow;
    }
    out.left_rows.resize(out.left_rows.size() - left_rows.size() + found);
    out.leaf_rows.resize(out.leaf_rows.size() - leaf_rows.size() + found);
  }

  static std::span<Row> extend(std::vector<Row>& rows, std::size_t more) {
    rows.resize(rows.size() + more);
    return std::span<Row>(rows).last(more);
  }

  void walk(Entities right, Row base, std::size_t end, Batch& out) {
    std::size_t j = 0;
    while (at_ < end && j < right.size()) {
      if (left_[at_] < right[j]) {
        at_ = seek(left_, at_, right[j]);
      } else if (right[j] < left_[at_]) {
        j = seek(right, j, left_[at_]);
      } else {
        match_entity(right, base, j, out);
      }
    }
  }

  // All rows of one entity on the left with all on the right.
  void match_entity(Entities right, Row base, std::size_t& j, Batch& out) {
    const std::uint64_t e = right[j];
    const std::size_t begin = j;
    while (j < right.size() && right[j] == e) ++j;
    for (; at_ < left_.size() && left_[at_] == e; ++at_) {
      for (std::size_t row = begin; row < j; ++row) {
        out.add(static_cast<Row>(at_), base + static_cast<Row>(row));
      }
    }
  }

  Entities left_;
  bool is_unique_;
  std::size_t at_ = 0;
  std::vector<Row> rows_by_place_;
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
      const std::uint64_t rows = db::estimate_rows(*pattern_.view, order_, range, pattern_.events);
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
    db::Scan scan(*pattern_.view, order_, range, run_.reader, db::Scan::Direction::ascending,
                  pattern_.events);
    Merge merge(entities_, is_unique());
    tree::Slice slice;
    Batch batch;
    while (!merge.is_done() && scan.next(slice)) {
      STELE_DO(run_.keep_going());
      merge.match(slice, batch);
      STELE_DO(take(slice.leaf, batch));
    }
    return {};
  }

  // In the present, or a part of it, an attribute of cardinality one has one row for each entity.
  bool is_unique() const {
    return !pattern_.view->reads_past() && pattern_.schema && !pattern_.schema->many;
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
        pattern_, order_, keys, first, run_,
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

// Rows in the order of their entities by counting, in two passes: for entities that lie together.
std::vector<Row> sorted_by_counting(Entities cells, std::uint64_t first, std::size_t places) {
  std::vector<Row> begin(places + 1);
  for (const std::uint64_t e : cells) ++begin[e - first + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<Row> rows(cells.size());
  for (std::size_t row = 0; row < cells.size(); ++row) {
    rows[begin[cells[row] - first]++] = static_cast<Row>(row);
  }
  return rows;
}

// The relation in the order of its entities.
Columns sorted_by(const Columns& left, Var entity) {
  const Entities cells = left.of(entity).cells;
  if (std::is_sorted(cells.begin(), cells.end())) return left;
  const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
  const std::uint64_t first = *low, width = *high - first;
  if (width < cells.size() * kPlacesPerRow) {
    return gather(left, sorted_by_counting(cells, first, static_cast<std::size_t>(width) + 1));
  }
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
