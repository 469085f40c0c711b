// Dependencies: which variables decide which others, so that dropping a column that the rest
// decides needs no search for duplicates.
//
//   [?e :name ?n] with :name of cardinality one: ?e decides ?n, and (?e ?n) on ?e stays a set.
#pragma once

#include "query/resolve.h"
#include "query/var_set.h"

namespace stele::query {

class Dependencies {
 public:
  explicit Dependencies(const Conjunction& conjunction);

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

  std::span<const ResolvedClause> clauses_;
  Var next_place_;
  std::vector<Rule> rules_;
  std::vector<std::vector<Var>> ranged_;  // by clause
};

}  // namespace stele::query
