// resolve: a prepared query and its inputs to Resolved: databases opened, inputs bound, constants
// as cells, references as entity ids, attributes with their schema, each by its own source.
//
//   [$cat [:sku "a1"] :price ?p] with :sku unique, on a database where "a1" is entity 7
// becomes
//   DbPattern $cat  e = 7  a = :price (long, one)  v = ?p
// A variable that holds one value for the whole query becomes a constant in patterns and calls;
// the variables of collections stay, as relations. Where such a variable holds lookup refs or
// idents and stands for an entity, the pattern gets a *hidden variable* beside it that holds the
// ids in that source, so that :find still shows what was given.
#pragma once

#include <array>
#include <optional>

#include "query/run.h"

namespace stele::query {

struct Slot {
  enum class What : std::uint8_t { ignore, variable, constant };
  What what = What::ignore;
  Var variable = 0;
  Item constant;

  bool is_variable() const { return what == What::variable; }
  bool is_constant() const { return what == What::constant; }
};

// The parts of a datom, as positions in a pattern.
enum Part : std::uint8_t { kE = 0, kA = 1, kV = 2, kTx = 3, kAdded = 4 };
inline constexpr int kParts = 5;

// A stretch of values in the storage order; see narrow.h.
struct Bounds {
  std::optional<Item> lower;  // belongs to it
  std::optional<Item> upper;
  bool is_upper_inclusive = true;

  bool any() const { return lower || upper; }
  bool hold(const Item& item) const;
  // Are its ends longs? Then these are the least and the greatest long in it.
  bool is_int() const;
  std::pair<std::int64_t, std::int64_t> ints() const;
};

struct DbPattern {
  const db::View* view = nullptr;
  std::array<Slot, kParts> slots;         // kA is never a constant: see `attribute`
  Value attribute;                        // nil: any
  const db::Attribute* schema = nullptr;  // null: any, or not declared
  Bounds bounds;                          // of v, a variable; its attribute is indexed
  db::EventsWanted events;                // in histories
  bool matches_nothing = false;           // known without looking

  bool has_attribute() const { return !attribute.is_nil(); }
  bool is_indexed() const { return schema && schema->indexed(); }
};

struct CollectionPattern {
  const Value* collection = nullptr;
  std::vector<Slot> slots;
};

struct ResolvedCall {
  const Function* function = nullptr;
  std::vector<Slot> args;
  const ast::Binding* output = nullptr;  // null: a predicate
};

struct ResolvedClause;

// What a clause that holds clauses has in common with its surroundings. Variables that became
// constants inside are not among them; hidden variables are.
struct ResolvedSharing {
  std::vector<Var> shared;
  std::vector<Var> needed;  // those that the clauses inside do not bind, or not soon enough
};

struct ResolvedNegation : ResolvedSharing {
  std::vector<ResolvedClause> body;
};

struct ResolvedDisjunction : ResolvedSharing {
  std::vector<std::vector<ResolvedClause>> branches;
};

struct ResolvedClause {
  std::variant<DbPattern, CollectionPattern, ResolvedCall, ResolvedNegation, ResolvedDisjunction>
      body;
  const Value* form = nullptr;
};

// Relations that are known, clauses that are to hold together with them, and what is asked of it:
// a query, or what is inside a negation or a branch. Borrowed.
struct Conjunction {
  std::span<const Columns> inputs;  // bags of rows
  std::span<const ResolvedClause> clauses;
  std::span<const Var> find;
  std::size_t variables = 0;  // all numbers are below
};

struct Source {
  std::optional<db::View> view;
  const Value* collection = nullptr;  // if it is no database
};

struct Resolved {
  std::vector<Source> sources;  // by ast::SourceId
  std::vector<Columns> inputs;  // what :in binds; each a bag of rows
  std::vector<ResolvedClause> clauses;
  std::vector<Var> find;                    // of :find and :with, each once
  std::vector<std::optional<Item>> single;  // by variable: its value for the whole query
  std::size_t variables = 0;                // with the hidden ones

  Conjunction conjunction() const { return {inputs, clauses, find, variables}; }
};

// What a clause looks at: in patterns every variable, in calls the arguments, of negations and
// disjunctions what they share.
std::vector<Var> variables_of(const ResolvedClause& clause);
// What a call binds.
std::vector<Var> outputs_of(const ResolvedClause& clause);

// Errors: `invalid` `:query/inputs`, `:query/binding`, `:query/where`, `:search/pattern`,
// `:entity-id/…`, `:lookup-ref/…`, `:temporal/…`; or the reader's.
Result<Resolved> resolve(const Prepared& prepared, std::span<const Input> inputs, Run& run);

}  // namespace stele::query
