#include "query/foresee.h"

#include "query/estimate.h"
#include "query/scan.h"

namespace stele::query {
namespace {

using tree::Announced;
using tree::AnnouncedDepth;

// As in the joins: see execute.cc and join_entity.cc.
constexpr double kRowsPerProbe = 64;

bool is_far(const DbPattern& pattern) {
  if (pattern.matches_nothing) return false;
  const auto& source = pattern.view->state().source;  // none: nobody has stored it
  return source && source->is_far();
}

void add(const DbPattern& pattern, const ScanRange& range, std::vector<Announced>& out) {
  db::add_announced(*pattern.view, range.order, range.range, out, pattern.events);
}

void add_branches(std::span<const ResolvedClause> clauses, std::vector<Announced>& out) {
  for (const ResolvedClause& clause : clauses) {
    if (const auto* pattern = std::get_if<DbPattern>(&clause.body)) {
      if (is_far(*pattern)) add(*pattern, scan_range(*pattern), out);
    } else if (const auto* negation = std::get_if<ResolvedNegation>(&clause.body)) {
      add_branches(negation->body, out);
    } else if (const auto* disjunction = std::get_if<ResolvedDisjunction>(&clause.body)) {
      for (const auto& branch : disjunction->branches) add_branches(branch, out);
    }
  }
}

// The rows that the step's first relation is thought to have.
double rows_around(const Step& step, const Conjunction& conjunction, const Plan& plan) {
  const std::size_t inputs = conjunction.inputs.size();
  const RelationId id = step.consumes.front();
  return id < inputs ? static_cast<double>(conjunction.inputs[id].rows)
                     : plan.steps[id - inputs].rows_estimate;
}

// Of a join along the entity: all that it passes by, unless it is going to probe.
void add_joined(const DbPattern& pattern, double rows, std::vector<Announced>& out) {
  if (!pattern.has_attribute() || rows * kRowsPerProbe < rows_of(pattern)) return;
  const bool is_membership = pattern.is_indexed() && pattern.slots[kV].is_constant();
  if (is_membership) return add(pattern, scan_range(pattern), out);
  const auto whole = tree::Range::prefix(format::Key::aevt(pattern.attribute));
  add(pattern, {IndexOrder::aevt, whole, 0}, out);
}

}  // namespace

void announce_branches(const Conjunction& conjunction, Run& run) {
  std::vector<Announced> wanted;
  add_branches(conjunction.clauses, wanted);
  tree::announce(wanted, AnnouncedDepth::branches, run.reader);
}

void announce_scans(const Conjunction& conjunction, const Plan& plan, Run& run) {
  std::vector<Announced> wanted;
  for (const Step& step : plan.steps) {
    const auto* pattern = step.clause ? std::get_if<DbPattern>(&step.clause->body) : nullptr;
    if (!pattern || !is_far(*pattern)) continue;
    if (step.access == Access::scan) {
      add(*pattern, scan_range(*pattern), wanted);
    } else if (step.access == Access::entity) {
      add_joined(*pattern, rows_around(step, conjunction, plan), wanted);
    }
  }
  tree::announce(wanted, AnnouncedDepth::leaves, run.reader);
}

}  // namespace stele::query
