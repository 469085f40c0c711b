#include "query/dependencies.h"

#include <algorithm>

#include "query/bind.h"

namespace stele::query {

Dependencies::Dependencies(const Conjunction& conjunction)
    : clauses_(conjunction.clauses), next_place_(static_cast<Var>(conjunction.variables)) {
  ranged_.resize(clauses_.size());
  for (std::size_t i = 0; i < clauses_.size(); ++i) {
    const auto& body = clauses_[i].body;
    if (const auto* pattern = std::get_if<DbPattern>(&body)) {
      add_pattern(*pattern, ranged_[i]);
    } else if (const auto* tuples = std::get_if<CollectionPattern>(&body)) {
      add_collection(*tuples, ranged_[i]);
    } else if (const auto* call = std::get_if<ResolvedCall>(&body)) {
      add_call(*call, ranged_[i]);
    } else if (const auto* disjunction = std::get_if<ResolvedDisjunction>(&body)) {
      // The union of the branches is a set; what one branch decides another may not. A negation
      // ranges over nothing: it takes rows away.
      ranged_[i] = disjunction->shared;
    }
  }
}

// A fact is one by entity, attribute and value; in the present, and in what is part of it, under an
// attribute of cardinality one by entity and attribute, under a unique one by attribute and value.
// (The past may have had another schema.)
void Dependencies::add_pattern(const DbPattern& pattern, std::vector<Var>& ranged) {
  std::vector<Var> fact;
  std::vector<Var> e, a, v;  // no variable if the place is a constant
  for (Part part : {kE, kA, kV}) {
    std::vector<Var>& place = part == kE ? e : part == kA ? a : v;
    const Slot& slot = pattern.slots[part];
    if (slot.is_constant() || (part == kA && pattern.has_attribute())) continue;
    place.push_back(slot.is_variable() ? slot.variable : new_place());
    fact.push_back(place[0]);
  }
  ranged = fact;
  const Slot &tx = pattern.slots[kTx], &added = pattern.slots[kAdded];
  if (tx.is_variable()) ranged.push_back(tx.variable);
  if (added.is_variable()) ranged.push_back(added.variable);
  if (pattern.view->is_history()) {
    // A fact has many events, told apart by tx and added.
    if (added.is_variable() && tx.what == Slot::What::ignore) ranged.push_back(new_place());
    return;
  }
  if (tx.is_variable()) rules_.push_back({fact, tx.variable});
  if (added.is_variable()) rules_.push_back({{}, added.variable});
  if (!pattern.schema || pattern.view->reads_past()) return;
  if (!pattern.schema->many && !v.empty()) rules_.push_back({e, v[0]});
  if (pattern.schema->unique != db::Unique::none && !e.empty()) rules_.push_back({v, e[0]});
}

// Tuples may be longer than the pattern, and a vector may hold one twice.
void Dependencies::add_collection(const CollectionPattern& pattern, std::vector<Var>& ranged) {
  for (const Slot& slot : pattern.slots) {
    if (slot.is_variable()) ranged.push_back(slot.variable);
  }
  ranged.push_back(new_place());
}

void Dependencies::add_call(const ResolvedCall& call, std::vector<Var>& ranged) {
  if (!call.output) return;
  std::vector<Var> arguments, outputs;
  for (const Slot& slot : call.args) {
    if (slot.is_variable()) arguments.push_back(slot.variable);
  }
  ast::collect_variables(*call.output, outputs);
  ranged = outputs;
  if (!is_single(*call.output)) {
    ranged.push_back(new_place());
    return;
  }
  for (Var output : outputs) rules_.push_back({arguments, output});
}

const std::vector<Var>& Dependencies::ranged_over(const ResolvedClause& clause) const {
  return ranged_[static_cast<std::size_t>(&clause - clauses_.data())];
}

bool Dependencies::decides(std::span<const Var> known, std::span<const Var> others) const {
  VarSet decided;
  decided.add(known);
  const auto all_decided = [&](std::span<const Var> variables) {
    return std::all_of(variables.begin(), variables.end(),
                       [&](Var variable) { return decided.has(variable); });
  };
  for (bool grows = true; grows && !all_decided(others);) {
    grows = false;
    for (const Rule& rule : rules_) {
      if (decided.has(rule.right) || !all_decided(rule.left)) continue;
      decided.add(rule.right);
      grows = true;
    }
  }
  return all_decided(others);
}

}  // namespace stele::query
