// Dependencies: which variables decide which others, so that dropping a column that the rest
// decides needs no search for duplicates.
//
//   [?e :name ?n] with :name of cardinality one: ?e decides ?n, and (?e ?n) on ?e stays a set.
#pragma once

#include "query/resolve.h"

namespace stele::query {

// A set of variables, and of the *places* that stand for what a clause ignores.
class VarSet {
 public:
  bool has(Var variable) const { return variable < bits_.size() && bits_[variable]; }
  void add(Var variable) {
    if (variable >= bits_.size()) bits_.resize(variable + 1);
    bits_[variable] = true;
  }
  void add(std::span<const Var> variables) {
    for (Var variable : variables) add(variable);
  }

 private:
  std::vector<bool> bits_;
};

class Dependencies {
 public:
  explicit Dependencies(const Resolved& resolved);

  // The variables and places that the clause's rows range over.
  const std::vector<Var>& ranged_over(const ResolvedClause& clause) const;
  // Does `known` decide all of `others`?
  bool decides(std::span<const Var> known, std::span<const Var> others) const;

 private:
  struct Rule {
    std::vector<Var> left;
    Var right;
  };
  void add_pattern(const DbPattern& pattern, std::vector<Var>& ranged);
  void add_collection(const CollectionPattern& pattern, std::vector<Var>& ranged);
  void add_call(const ResolvedCall& call, std::vector<Var>& ranged);
  Var new_place() { return next_place_++; }

  const Resolved& resolved_;
  Var next_place_;
  std::vector<Rule> rules_;
  std::vector<std::vector<Var>> ranged_;  // by clause
};

}  // namespace stele::query
