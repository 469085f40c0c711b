// ast: a query as it was written, with its names resolved to numbers and nothing else decided.
//
//   [:find ?name :in $ ?min :where [?e :age ?a] [?e :name ?name] [(>= ?a ?min)]]
// becomes
//   find      relation of ?name; neither order nor limit
//   inputs    source $, binding ?min
//   where     Pattern $ (?e :age ?a) · Pattern $ (?e :name ?name) · Call >= (?a ?min)
//
// It depends on no database, so that it is made once and run on many. Each clause keeps the form
// it was read from, for messages.
//
// Thread safety: immutable once read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stele/relation.h>

namespace stele::query {
struct Aggregate;
struct Function;
struct PullForm;
}  // namespace stele::query

namespace stele::query::ast {

using Var = std::uint32_t;       // a position in Query::variables
using SourceId = std::uint32_t;  // a position in Query::sources

// What may stand in a pattern or as an argument.
struct Term {
  enum class What : std::uint8_t { wildcard, variable, source, constant };
  What what = What::wildcard;
  std::uint32_t id = 0;  // of the variable or the source
  Value constant;

  bool is_variable() const { return what == What::variable; }
  bool is_constant() const { return what == What::constant; }
};

// How a value is taken apart: ?x, _, [?x ...], [?x ?y]; a relation [[?x ?y]] is a collection of
// tuples. [Q-20 … Q-25]
struct Binding {
  enum class What : std::uint8_t { ignore, variable, tuple, collection };
  What what = What::ignore;
  Var variable = 0;
  std::vector<Binding> parts;  // tuple: its elements; collection: one
  Value form;
};

// [$source e a v tx added], or any tuple of a plain collection.
struct Pattern {
  SourceId source = 0;
  std::vector<Term> terms;
};

// [(f arg …)] keeps the rows for which f holds; [(f arg …) binding] binds what f gives.
struct Call {
  const Function* function = nullptr;
  std::vector<Term> args;
  std::optional<Binding> output;
};

struct Clause;

// What a clause that holds clauses has in common with its surroundings. A variable has the same
// number on both sides only if it may be shared: what not-join and or-join do not list has numbers
// of its own inside, in each branch.
struct Sharing {
  bool is_listed = false;   // not-join, or-join: `shared` is what was written
  std::vector<Var> shared;  // of not and or it is found by `check`
  std::vector<Var> needed;  // those that must be bound before; by `check`, or-join: as written
};

// (not clause …), (not-join [?v …] clause …): with what the shared variables are, there is no way
// to make the body true. [Q-51 … Q-54]
struct Negation : Sharing {
  std::vector<Clause> body;
};

// (or …), (or-join [[?required …] ?v …] …): one of the branches is true. [Q-55 … Q-58]
struct Disjunction : Sharing {
  std::vector<std::vector<Clause>> branches;
};

// Rule calls will be one more alternative.
struct Clause {
  std::variant<Pattern, Call, Negation, Disjunction> body;
  Value form;
};

struct Input {
  enum class What : std::uint8_t { source, binding };
  What what = What::binding;
  SourceId source = 0;
  Binding binding;
};

// An element of :find: a variable, an aggregate (count ?x), or (pull ?e pattern).
struct FindElement {
  enum class What : std::uint8_t { variable, aggregate, pull };
  What what = What::variable;
  Var variable = 0;                      // found, aggregated, or the entity that is pulled
  const Aggregate* aggregate = nullptr;  // null: `chosen` has its name
  Var chosen = 0;                        // of :in
  std::vector<Term> args;                // aggregate: constants and variables of :in
  SourceId source = 0;                   // pull
  Term pattern;                          // pull: a constant, or a variable of :in
  std::shared_ptr<const PullForm> pull;  // of a constant
  Value form;

  bool is(What w) const { return what == w; }
};

// A column of :find, from 0, and its direction.
struct OrderKey {
  std::size_t column = 0;
  bool is_descending = false;
};

inline constexpr std::uint64_t kNoLimit = UINT64_MAX;

struct Query {
  FindShape shape = FindShape::relation;
  std::vector<FindElement> find;
  std::vector<Var> with;
  std::vector<Value> return_keys;  // of the maps that :keys, :syms or :strs ask for; none: tuples
  std::vector<Input> inputs;
  bool default_inputs = true;  // no :in was written: [$]
  std::vector<Clause> where;
  std::vector<OrderKey> order_by;
  std::uint64_t offset = 0;
  std::uint64_t limit = kNoLimit;
  std::int64_t timeout_ms = 0;             // 0: none
  std::optional<std::vector<Value>> args;  // of {:query … :args […]}
  // With their question marks; a plain symbol of :in is a variable without one, which no clause
  // can mean.
  std::vector<std::string> variables;
  std::vector<std::string> sources;  // with their dollar signs
};

// The variables of :find and :with, each once: their combinations are the rows that are found.
std::vector<Var> variables_of_rows(const Query& query);
// The shape is a set: nothing in :find, :with or :order-by makes it a sequence.
bool is_set(const Query& query);

// Calls `visit` with every clause, also with those inside others.
template <typename Visit>
void each_clause(const std::vector<Clause>& clauses, const Visit& visit) {
  for (const Clause& clause : clauses) {
    visit(clause);
    if (const auto* negation = std::get_if<Negation>(&clause.body)) {
      each_clause(negation->body, visit);
    } else if (const auto* disjunction = std::get_if<Disjunction>(&clause.body)) {
      for (const auto& branch : disjunction->branches) each_clause(branch, visit);
    }
  }
}

// The variables of a binding, each once, in the order in which they are written.
void collect_variables(const Binding& binding, std::vector<Var>& out);

}  // namespace stele::query::ast
