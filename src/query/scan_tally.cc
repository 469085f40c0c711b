#include "query/scan_tally.h"

#include <algorithm>

#include "base/try.h"
#include "query/aggregate.h"
#include "query/leaf_rows.h"
#include "query/scan.h"
#include "query/tally.h"
#include "tree/index.h"

namespace stele::query {
namespace {

// Which part of a fact the variable is, or nullopt.
std::optional<Part> part_of(const DbPattern& pattern, Var variable) {
  for (const Part part : {kE, kV, kTx}) {
    const Slot& slot = pattern.slots[part];
    if (slot.is_variable() && slot.variable == variable) return part;
  }
  return std::nullopt;
}

bool can_be_tallied(const ast::FindElement& element, const DbPattern& pattern) {
  return element.is(ast::FindElement::What::aggregate) && element.aggregate &&
         element.args.empty() && tally_of(element.aggregate->kind, 1) &&
         part_of(pattern, element.variable);
}

// Do the inputs hold nothing but what became constants?
bool are_constants(const Resolved& resolved, const Plan& plan) {
  for (std::size_t i = 0; i < resolved.inputs.size(); ++i) {
    if (resolved.inputs[i].rows != 1 || !plan.keep_of_inputs[i].empty()) return false;
  }
  return true;
}

class ScanTally {
 public:
  ScanTally(const ast::Query& query, const DbPattern& pattern, Run& run)
      : query_(query),
        pattern_(pattern),
        run_(run),
        range_(scan_range(pattern)),
        rows_(pattern, {.searched = range_.searched}, run) {
    for (const ast::FindElement& element : query.find) {
      tallies_.push_back({*part_of(pattern, element.variable), element.variable,
                          tally_of(element.aggregate->kind, 1)});
    }
  }

  Result<Found> tally() {
    if (is_counted()) {
      const auto index = pattern_.view->state().index(static_cast<format::Tree>(range_.order));
      size_ = tree::count_rows(index, range_.range, run_.reader);
    } else if (!pattern_.matches_nothing) {
      STELE_DO(scan());
    }
    STELE_DO(run_.keep_going());
    return finish();
  }

 private:
  struct PartTally {
    Part part;
    Var variable;
    std::unique_ptr<Tally> tally;
  };

  // Is every row of the range one that is counted, and is there no more to do?
  bool is_counted() const {
    return pattern_.view->is_present() && !pattern_.matches_nothing && rows_.takes_all() &&
           std::all_of(query_.find.begin(), query_.find.end(), [](const auto& element) {
             return element.aggregate->kind == AggregateKind::count;
           });
  }

  Done scan() {
    db::Scan scan(*pattern_.view, range_.order, range_.range, run_.reader);
    tree::Slice slice;
    while (scan.next(slice)) {
      STELE_DO(run_.keep_going());
      STELE_DO(add(slice));
    }
    const Columns others = rows_.finish();
    size_ += others.rows;
    for (PartTally& tally : tallies_) {
      tally.tally->add(CellSpan::of(others.of(tally.variable)), {});
    }
    return {};
  }

  // What cannot be taken as it lies is collected, and added at the end.
  Done add(const tree::Slice& slice) {
    const format::Leaf& leaf = *slice.leaf;
    const std::optional<Kind> kind = rows_.kind_of_rows(leaf, slice.begin);
    if (!kind || !rows_.takes_all(leaf, slice.begin)) {
      return rows_.take(slice.leaf, slice.begin, slice.end);
    }
    for (PartTally& tally : tallies_) tally.tally->add(cells_of(slice, tally.part, *kind), {});
    size_ += slice.size();
    // The least text must stay.
    if (value::is_pointer(*kind)) run_.owners.push_back(slice.leaf);
    return {};
  }

  static CellSpan cells_of(const tree::Slice& slice, Part part, Kind kind_of_v) {
    const format::Leaf& leaf = *slice.leaf;
    const std::span<const Cell> cells = part == kE ? leaf.e() : part == kV ? leaf.v() : leaf.tx();
    return {part == kV ? kind_of_v : Kind::int64, cells.subspan(slice.begin, slice.size()), {}};
  }

  Result<Found> finish() {
    Found out;
    out.rows = size_ == 0 ? 0 : 1;
    const std::uint64_t sizes[] = {size_};
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
      ColumnBuilder column;
      CallContext context{.arena = run_.arena};
      if (out.rows > 0 && !tallies_[i].tally->finish(sizes, column, context)) {
        return aggregate_failed(query_.find[i], context);
      }
      out.columns.push_back({column.finish(), {}});
    }
    return out;
  }

  const ast::Query& query_;
  const DbPattern& pattern_;
  Run& run_;
  ScanRange range_;
  LeafRows rows_;
  std::vector<PartTally> tallies_;
  std::uint64_t size_ = 0;
};

}  // namespace

const DbPattern* tallied_pattern(const ast::Query& query, const Resolved& resolved,
                                 const Plan& plan) {
  if (plan.steps.size() != 1 || !plan.steps[0].are_distinct || !plan.steps[0].consumes.empty()) {
    return nullptr;
  }
  const auto* pattern = std::get_if<DbPattern>(&plan.steps[0].clause->body);
  if (!pattern || !are_constants(resolved, plan)) return nullptr;
  const bool can_be = std::all_of(query.find.begin(), query.find.end(), [&](const auto& element) {
    return can_be_tallied(element, *pattern);
  });
  return can_be ? pattern : nullptr;
}

Result<Found> tally_scan(const ast::Query& query, const DbPattern& pattern, Run& run) {
  return ScanTally(query, pattern, run).tally();
}

}  // namespace stele::query
