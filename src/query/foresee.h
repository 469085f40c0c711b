// foresee: what a query will read, announced before it is read.
//
//   [?e :name ?n] [?e :age ?a]     on a database far away
// reads the branches above both attributes together, then all their leaves together, although the
// second pattern is joined only when the first is there. On databases nearby nothing is announced,
// and no answer depends on it.
#pragma once

#include "query/plan.h"

namespace stele::query {

// Before there is a plan: the branches above what the patterns look at, for estimates to know.
void announce_branches(const Conjunction& conjunction, Run& run);

// What the plan scans, and what it will merge with that if its estimates are right.
void announce_scans(const Conjunction& conjunction, const Plan& plan, Run& run);

}  // namespace stele::query
