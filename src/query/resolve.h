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

struct DbPattern {
  const db::View* view = nullptr;
  std::array<Slot, kParts> slots;         // kA is never a constant: see `attribute`
  Value attribute;                        // nil: any
  const db::Attribute* schema = nullptr;  // null: any, or not declared
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

struct ResolvedClause {
  std::variant<DbPattern, CollectionPattern, ResolvedCall> body;
  const Value* form = nullptr;
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
};

// What a clause mentions: in patterns every variable, in calls the arguments.
std::vector<Var> variables_of(const ResolvedClause& clause);

// Errors: `invalid` `:query/inputs`, `:query/binding`, `:query/where`, `:search/pattern`,
// `:entity-id/…`, `:lookup-ref/…`, `:temporal/…`; or the reader's.
Result<Resolved> resolve(const Prepared& prepared, std::span<const Input> inputs, Run& run);

}  // namespace stele::query
