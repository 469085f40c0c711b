#include "query/scan.h"

#include "base/text.h"
#include "base/try.h"
#include "query/read.h"

namespace stele::query {
namespace {

using tree::Range;

constexpr unsigned bit(Part part) { return 1u << part; }

ScanRange entity_range(const DbPattern& pattern, EntityId e) {
  const Slot& v = pattern.slots[kV];
  if (!pattern.has_attribute()) {
    return {IndexOrder::eavt, Range::prefix(format::Key::eavt(e)), bit(kE)};
  }
  if (!v.is_constant()) {
    return {IndexOrder::eavt, Range::prefix(format::Key::eavt(e, pattern.attribute)),
            bit(kE) | bit(kA)};
  }
  const auto key = format::Key::eavt(e, pattern.attribute, v.constant.kind, v.constant.cell);
  return {IndexOrder::eavt, Range::prefix(key), bit(kE) | bit(kA) | bit(kV)};
}

ScanRange bounded_range(const DbPattern& pattern) {
  const auto key = [&](const std::optional<Item>& bound) {
    return bound ? format::Key::avet(pattern.attribute, bound->kind, bound->cell)
                 : format::Key::avet(pattern.attribute);
  };
  const Bounds& bounds = pattern.bounds;
  return {IndexOrder::avet,
          {key(bounds.lower), key(bounds.upper), !bounds.upper || bounds.is_upper_inclusive},
          bit(kA) | bit(kV)};
}

// Collects the rows of a collection's tuples.
class TupleScan {
 public:
  TupleScan(const CollectionPattern& pattern, Run& run) : slots_(pattern.slots), run_(run) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      first_.push_back(i);
      for (std::size_t j = 0; j < i && slots_[i].is_variable(); ++j) {
        if (slots_[j].is_variable() && slots_[j].variable == slots_[i].variable) {
          first_[i] = j;
          break;
        }
      }
    }
    builders_.resize(slots_.size());
  }

  // Adds the tuple if it matches. Longer ones do; shorter ones do not.
  Done add(std::span<const Value> tuple) {
    if (tuple.size() < slots_.size()) return {};
    items_.clear();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      items_.push_back({tuple[i].kind(), Cell{0}});
      if (slots_[i].what == Slot::What::ignore) continue;
      items_[i].cell = value::cell_of(tuple[i], run_.arena);
      if (slots_[i].is_constant() && !unifies(items_[i], slots_[i].constant)) return {};
      if (first_[i] != i && !unifies(items_[i], items_[first_[i]])) return {};
    }
    STELE_DO(run_.reserve(slots_.size() * sizeof(Cell)));
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (is_output(i)) builders_[i].add(items_[i]);
    }
    ++rows_;
    return {};
  }

  Columns finish() {
    Columns out{{}, {}, rows_};
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (is_output(i)) out.add(slots_[i].variable, builders_[i].finish());
    }
    return out;
  }

 private:
  bool is_output(std::size_t i) const { return slots_[i].is_variable() && first_[i] == i; }

  const std::vector<Slot>& slots_;
  Run& run_;
  std::vector<std::size_t> first_;  // where the same variable stands first
  std::vector<ColumnBuilder> builders_;
  std::vector<Item> items_;
  std::size_t rows_ = 0;
};

Done add_element(const Value& element, TupleScan& scan, const Value& form) {
  if (element.is_sequential()) return scan.add(element.items());
  return invalid("query/inputs", base::text("The source of ", show(form), " holds ", show(element),
                                            "; a collection that is asked holds tuples."));
}

}  // namespace

ScanRange scan_range(const DbPattern& pattern) {
  const Slot &e = pattern.slots[kE], &v = pattern.slots[kV];
  if (e.is_constant()) return entity_range(pattern, e.constant.cell);
  if (!pattern.has_attribute()) return {};
  if (pattern.bounds.any()) return bounded_range(pattern);
  if (!v.is_constant() || !pattern.is_indexed()) {
    return {IndexOrder::aevt, Range::prefix(format::Key::aevt(pattern.attribute)), bit(kA)};
  }
  const auto key = format::Key::avet(pattern.attribute, v.constant.kind, v.constant.cell);
  return {IndexOrder::avet, Range::prefix(key), bit(kA) | bit(kV)};
}

Result<Columns> scan(const DbPattern& pattern, Run& run) {
  const ScanRange range = scan_range(pattern);
  LeafRows rows(pattern, {.searched = range.searched}, run);
  if (pattern.matches_nothing) return rows.finish();
  db::Scan scan(*pattern.view, range.order, range.range, run.reader, db::Scan::Direction::ascending,
                pattern.events);
  tree::Slice slice;
  while (scan.next(slice)) {
    STELE_DO(run.keep_going());
    STELE_DO(rows.take(slice.leaf, slice.begin, slice.end));
  }
  STELE_DO(run.keep_going());
  return rows.finish();
}

Result<Columns> scan(const CollectionPattern& pattern, const Value& form, Run& run) {
  TupleScan scan(pattern, run);
  const Value& collection = *pattern.collection;
  std::size_t seen = 0;
  if (collection.is(Kind::map)) {
    for (const auto& [key, value] : collection.entries()) {
      if (++seen % kRowsBetweenPolls == 0) STELE_DO(run.keep_going());
      const Value pair[] = {key, value};
      STELE_DO(scan.add(pair));
    }
    return scan.finish();
  }
  for (const Value& element : collection.items()) {
    if (++seen % kRowsBetweenPolls == 0) STELE_DO(run.keep_going());
    STELE_DO(add_element(element, scan, form));
  }
  return scan.finish();
}

}  // namespace stele::query
