#include "query/estimate.h"

#include <algorithm>
#include <cmath>

#include "query/scan.h"

namespace stele::query {

double rows_of(const DbPattern& pattern) {
  if (pattern.matches_nothing) return 0;
  const ScanRange range = scan_range(pattern);
  return static_cast<double>(
      db::estimate_rows(*pattern.view, range.order, range.range, pattern.events));
}

double rows_of(const CollectionPattern& pattern) {
  const Value& collection = *pattern.collection;
  return static_cast<double>(collection.is(Kind::map) ? collection.entries().size()
                                                      : collection.items().size());
}

// A conjunction is thought to give as many rows as the smallest of what it joins.
Weight weigh(std::span<const ResolvedClause> clauses) {
  Weight out{INFINITY, 0, 0};
  const auto add = [&](const Weight& part, bool joins) {
    if (joins) out.rows = std::min(out.rows, part.rows);
    out.cost += part.cost;
    out.probes += part.probes;
  };
  for (const ResolvedClause& clause : clauses) {
    if (const auto* pattern = std::get_if<DbPattern>(&clause.body)) {
      const double rows = rows_of(*pattern);
      add({rows, rows, 1}, true);
    } else if (const auto* tuples = std::get_if<CollectionPattern>(&clause.body)) {
      // A collection has no index: it is passed by as a whole either way.
      const double rows = rows_of(*tuples);
      add({rows, rows, 1}, true);
    } else if (const auto* negation = std::get_if<ResolvedNegation>(&clause.body)) {
      add(weigh(negation->body), false);
    } else if (const auto* disjunction = std::get_if<ResolvedDisjunction>(&clause.body)) {
      add(weigh(*disjunction), true);
    }
  }
  if (out.rows == INFINITY) out.rows = 1;
  return out;
}

Weight weigh(const ResolvedDisjunction& disjunction) {
  Weight out{0, 0, 0};
  for (const std::vector<ResolvedClause>& branch : disjunction.branches) {
    const Weight part = weigh(branch);
    out.rows += part.rows;
    out.cost += part.cost;
    out.probes += part.probes;
  }
  return out;
}

}  // namespace stele::query
