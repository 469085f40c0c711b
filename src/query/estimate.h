// estimate: what clauses are thought to give and to cost, in rows passed by.
//
// Counts of index ranges are exact wherever the nodes at their ends are in memory; nothing is read
// for them. They decide orders and ways, never the answer.
#pragma once

#include "query/resolve.h"

namespace stele::query {

inline constexpr double kCostOfScan = 0.25;  // one row of a range that is read as a whole
inline constexpr double kCostOfProbe = 20;   // one row looked up in an index
inline constexpr double kCostOfHash = 4;     // one row put into a hash table, or looked up in one

// The rows that match the constants of a pattern.
double rows_of(const DbPattern& pattern);
double rows_of(const CollectionPattern& pattern);

// Clauses inside a negation or a disjunction, all together.
struct Weight {
  double rows = 1;    // that they give when evaluated by themselves
  double cost = 0;    // of doing so
  double probes = 0;  // for each row around them, if they are evaluated from there
};
Weight weigh(std::span<const ResolvedClause> clauses);
Weight weigh(const ResolvedDisjunction& disjunction);

}  // namespace stele::query
