// plan: a Conjunction to a Plan, the order in which clauses are executed and how.
//
//   [?e :age ?a] [(> ?a 30)] [?e :name "Ivan"] [?e :city ?c]   of 20,000 people
// becomes
//   0  scan    [?e :name "Ivan"]                       ~ 2,500 rows
//   1  entity  [?e :age ?a]            with 0          ~ 2,500
//   2  call    [(> ?a 30)]             with 1, keeps ?e
//   3  entity  [?e :city ?c]           with 2
// Relations are numbered: the inputs first, then what each step produces. No two relations that
// are alive share a variable; every relation is a set. A step consumes the relations that share a
// variable with it, joins them, and keeps only what :find or a later step needs.
//
// The order is greedy: predicates as soon as they can be, then what is estimated to cost least.
// Estimates are exact counts of index ranges wherever those are in memory; they decide the order
// and never the answer. Planning reads nothing.
#pragma once

#include "query/resolve.h"

namespace stele::query {

enum class Access : std::uint8_t {
  scan,     // the pattern by itself, then hash joins with the relations
  entity,   // along the entity, which the first relation knows; then hash joins with the others
  value,    // along the value, which the first relation knows; then hash joins with the others
  call,     // a predicate or function on the product of the relations that know its arguments
  none_of,  // a negation on the product of the relations that know what it shares
  any_of,   // a disjunction, joined with the relations that know something that it shares
};
std::string_view name(Access access);

using RelationId = std::uint32_t;

struct Step {
  Access access = Access::scan;
  const ResolvedClause* clause = nullptr;
  std::vector<RelationId> consumes;
  // call: how many of them have arguments; the others have variables of the output.
  std::size_t argument_relations = 0;
  std::vector<Var> keep;
  // No two rows can be equal in what is kept: there is nothing to deduplicate.
  bool are_distinct = false;
  double rows_estimate = 0;
};

struct Plan {
  std::vector<Step> steps;  // step i produces relation inputs + i
  std::vector<std::vector<Var>> keep_of_inputs;
  std::vector<RelationId> last;  // whose product is the answer
  double rows_estimate = 1;      // of the answer
  double cost = 0;               // of all steps, in rows passed by
};

// O(clauses² · log rows); reads nothing and cannot fail. Clauses inside others are weighed here and
// planned when it is known how many rows there are around them (see execute_logic.h).
Plan plan(const Conjunction& conjunction);

// The plan as lines of text, for people, and what :find does with its rows.
std::string explain(const Plan& plan, const ast::Query& query);

}  // namespace stele::query
