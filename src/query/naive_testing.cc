#include "query/naive_testing.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/check.h"
#include "query/functions.h"
#include "query/naive_find_testing.h"

namespace stele::query {
namespace {

using Environment = std::vector<std::optional<Value>>;  // by variable
using Next = std::function<void(Environment&)>;

// nil is no value: it equals nothing that is joined.
bool unify(const Value& a, const Value& b) { return !a.is_nil() && a == b; }

struct Facts {
  std::vector<Value> tuples;    // vectors; of a database [e a v tx added]
  std::vector<Value> declared;  // the same of a view's origin, whose schema it has [H-12]
  bool is_db = false;

  static std::vector<Value> tuples_of(const Db& db) {
    std::vector<Value> out;
    for (const Datom& datom : db.datoms(IndexOrder::eavt).value()) {
      out.push_back(
          Value::vector({Value(datom.e), datom.a, datom.v, Value(datom.tx), datom.added}));
    }
    return out;
  }

  static Facts of(const Input& input) {
    Facts out;
    if (const auto* db = std::get_if<Db>(&input)) {
      out.is_db = true;
      out.tuples = tuples_of(*db);
      out.declared = db->is_view() ? tuples_of(Db(db->state(), nullptr)) : out.tuples;
      return out;
    }
    const Value& collection = std::get<Value>(input);
    if (!collection.is(Kind::map)) {
      out.tuples.assign(collection.items().begin(), collection.items().end());
      return out;
    }
    for (const auto& [key, value] : collection.entries()) {
      out.tuples.push_back(Value::vector({key, value}));
    }
    return out;
  }

  // The entity that has `attribute` with `value`, or nil.
  Value entity_with(const Value& attribute, const Value& value) const {
    return entity_with(tuples, attribute, value);
  }
  static Value entity_with(const std::vector<Value>& facts, const Value& attribute,
                           const Value& value) {
    for (const Value& tuple : facts) {
      if (tuple.items()[1] == attribute && tuple.items()[2] == value) return tuple.items()[0];
    }
    return {};
  }

  bool is_ref(const Value& attribute) const {
    const Value e = entity_with(declared, Value::keyword("db/ident"), attribute);
    for (const Value& tuple : declared) {
      if (unify(tuple.items()[0], e) && tuple.items()[1].is_keyword("db/valueType")) {
        return tuple.items()[2].is_keyword("db.type/ref");
      }
    }
    return false;
  }

  // What a value means where an entity is meant.
  Value as_entity(const Value& value) const {
    if (value.is(Kind::keyword)) return entity_with(Value::keyword("db/ident"), value);
    if (value.is_sequential() && value.items().size() == 2) {
      return entity_with(value.items()[0], value.items()[1]);
    }
    return value;
  }
};

// Calls `next` for every way in which the binding can take the value apart.
void take_apart(const ast::Binding& binding, const Value& value, Environment& environment,
                const Next& next);

void bind_parts(const ast::Binding& binding, std::size_t part, const Value& value,
                Environment& environment, const Next& next) {
  if (part == binding.parts.size()) return next(environment);
  take_apart(binding.parts[part], value.items()[part], environment,
             [&](Environment& bound) { bind_parts(binding, part + 1, value, bound, next); });
}

void take_apart(const ast::Binding& binding, const Value& value, Environment& environment,
                const Next& next) {
  switch (binding.what) {
    case ast::Binding::What::ignore:
      return next(environment);
    case ast::Binding::What::tuple:
      return bind_parts(binding, 0, value, environment, next);
    case ast::Binding::What::collection:
      for (const Value& item : Facts::of(Input(value)).tuples) {
        take_apart(binding.parts[0], item, environment, next);
      }
      return;
    case ast::Binding::What::variable: {
      std::optional<Value>& slot = environment[binding.variable];
      if (slot) {
        if (unify(*slot, value)) next(environment);
        return;
      }
      slot = value;
      next(environment);
      environment[binding.variable].reset();
    }
  }
}

bool is_nan(const Value& value) {
  return (value.is(Kind::float64) || value.is(Kind::float32)) && std::isnan(value.as_double());
}

bool are_ordered(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return !is_nan(a) && !is_nan(b);
  if (a.is_sequential() && b.is_sequential()) return true;
  return a.kind() == b.kind() && !a.is_nil() && !a.is(Kind::map) && !a.is(Kind::set);
}

bool compares(Comparison comparison, const Value& a, const Value& b) {
  if (comparison == Comparison::equal) return a == b && !is_nan(a);
  if (!are_ordered(a, b)) return false;
  switch (comparison) {
    case Comparison::same_number:
      return a.is_number() && compare(a, b) == 0;
    case Comparison::less:
      return compare(a, b) < 0;
    case Comparison::greater:
      return compare(a, b) > 0;
    case Comparison::less_equal:
      return compare(a, b) <= 0;
    default:
      return compare(a, b) >= 0;
  }
}

Value compare_all(Comparison comparison, const std::vector<Value>& args) {
  const bool is_negated = comparison == Comparison::not_equal;
  if (is_negated) comparison = Comparison::equal;
  bool holds = true;
  for (std::size_t i = 1; i < args.size(); ++i) {
    const Value& left = comparison == Comparison::equal ? args[0] : args[i - 1];
    holds = holds && compares(comparison, left, args[i]);
  }
  return holds != is_negated;
}

Value call(const Function& function, const std::vector<Value>& args) {
  if (function.comparison != Comparison::none) return compare_all(function.comparison, args);
  if (function.name == "identity" || function.name == "ground") return args[0];
  if (function.name == "vector" || function.name == "tuple") return Value::vector(args);
  if (function.name == "inc") return args[0].as_int64() + 1;
  STELE_CHECK(function.name == "+" || function.name == "*");
  std::int64_t sum = function.name == "+" ? 0 : 1;
  for (const Value& arg : args) {
    sum = function.name == "+" ? sum + arg.as_int64() : sum * arg.as_int64();
  }
  return sum;
}

using Conjunction = std::vector<const ast::Clause*>;

class Naive {
 public:
  Naive(const ast::Query& query, const std::vector<Input>& inputs) : query_(query) {
    facts_.resize(query.sources.size());
    is_input_.resize(query.variables.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const ast::Input& input = query.inputs[i];
      if (input.what == ast::Input::What::source) {
        facts_[input.source] = Facts::of(inputs[i]);
        continue;
      }
      values_.push_back({&input.binding, std::get<Value>(inputs[i])});
      std::vector<ast::Var> variables;
      ast::collect_variables(input.binding, variables);
      for (ast::Var variable : variables) is_input_[variable] = true;
    }
  }

  std::vector<NaiveRow> answer() {
    Environment environment(query_.variables.size());
    Conjunction clauses;
    for (const ast::Clause& clause : query_.where) clauses.push_back(&clause);
    bind_inputs(0, environment, [&](Environment& bound) {
      solve(clauses, bound, [&](const Environment& all) { keep(all); });
    });
    return naive_find(query_, found_, setting_);
  }

 private:
  void bind_inputs(std::size_t i, Environment& environment, const Next& next) {
    if (i == values_.size()) return next(environment);
    take_apart(*values_[i].first, values_[i].second, environment,
               [&](Environment& bound) { bind_inputs(i + 1, bound, next); });
  }

  static bool is_negation(const ast::Clause* clause) {
    return std::holds_alternative<ast::Negation>(clause->body);
  }

  // Patterns and disjunctions can always be taken, calls with their arguments, and negations when
  // nothing else is left that could bind something.
  static bool is_next(const ast::Clause& clause, bool only_negations, const Environment& bound) {
    const auto* call = std::get_if<ast::Call>(&clause.body);
    if (!call) return only_negations || !is_negation(&clause);
    for (const ast::Term& arg : call->args) {
      if (arg.is_variable() && !bound[arg.id]) return false;
    }
    return true;
  }

  // Takes the first clause that can be taken, and for every way in which it holds the rest; calls
  // `found` for every way in which all hold.
  void solve(const Conjunction& clauses, Environment& environment, const Next& found) {
    if (clauses.empty()) return found(environment);
    const bool only_negations = std::all_of(clauses.begin(), clauses.end(), is_negation);
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      if (!is_next(*clauses[i], only_negations, environment)) continue;
      Conjunction rest = clauses;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      return take(*clauses[i], rest, environment, found);
    }
    STELE_CHECK(false);
  }

  void take(const ast::Clause& clause, const Conjunction& rest, Environment& environment,
            const Next& found) {
    const Next next = [&](Environment& bound) { solve(rest, bound, found); };
    if (const auto* pattern = std::get_if<ast::Pattern>(&clause.body)) {
      match(*pattern, environment, next);
    } else if (const auto* call = std::get_if<ast::Call>(&clause.body)) {
      make_call(*call, environment, next);
    } else if (const auto* disjunction = std::get_if<ast::Disjunction>(&clause.body)) {
      for (const auto& branch : disjunction->branches) {
        Conjunction all = rest;
        for (const ast::Clause& inside : branch) all.push_back(&inside);
        solve(all, environment, found);
      }
    } else if (!has_solution(std::get<ast::Negation>(clause.body), environment)) {
      next(environment);
    }
  }

  // What is bound outside is bound inside; the rest is anything.
  bool has_solution(const ast::Negation& negation, Environment environment) {
    Conjunction body;
    for (const ast::Clause& clause : negation.body) body.push_back(&clause);
    bool found = false;
    solve(body, environment, [&](Environment&) { found = true; });
    return found;
  }

  void keep(const Environment& environment) {
    NaiveRow row;
    for (ast::Var variable : ast::variables_of_rows(query_)) row.push_back(*environment[variable]);
    found_.push_back(std::move(row));
    // What is the same for the whole query is the same in every row.
    setting_ = environment;
  }

  void make_call(const ast::Call& clause, Environment& environment, const Next& next) {
    std::vector<Value> args;
    for (const ast::Term& arg : clause.args) {
      args.push_back(arg.is_variable() ? *environment[arg.id] : arg.constant);
    }
    const Value answer = call(*clause.function, args);
    if (clause.output) {
      if (!answer.is_nil()) take_apart(*clause.output, answer, environment, next);
    } else if (!answer.is_nil() && !(answer == Value(false))) {
      next(environment);
    }
  }

  void match(const ast::Pattern& pattern, Environment& environment, const Next& next) {
    for (const Value& tuple : facts_[pattern.source].tuples) {
      if (tuple.items().size() >= pattern.terms.size()) {
        match_term(pattern, 0, tuple, environment, next);
      }
    }
  }

  // Does this place of a pattern mean an entity? Places of entities, and of values of references.
  bool means_entity(const ast::Pattern& pattern, std::size_t at) const {
    const Facts& facts = facts_[pattern.source];
    if (!facts.is_db) return false;
    return at == 0 ||
           (at == 2 && pattern.terms[1].is_constant() && facts.is_ref(pattern.terms[1].constant));
  }

  void match_term(const ast::Pattern& pattern, std::size_t at, const Value& tuple,
                  Environment& environment, const Next& next) {
    if (at == pattern.terms.size()) return next(environment);
    const ast::Term& term = pattern.terms[at];
    const Value& value = tuple.items()[at];
    const auto go_on = [&] { match_term(pattern, at + 1, tuple, environment, next); };
    if (term.what == ast::Term::What::wildcard) return go_on();
    if (term.is_variable() && !environment[term.id]) {
      environment[term.id] = value;
      go_on();
      environment[term.id].reset();
      return;
    }
    Value wanted = term.is_variable() ? *environment[term.id] : term.constant;
    const bool is_given = !term.is_variable() || is_input_[term.id];
    if (is_given && means_entity(pattern, at)) wanted = facts_[pattern.source].as_entity(wanted);
    if (unify(wanted, value)) go_on();
  }

  const ast::Query& query_;
  std::vector<Facts> facts_;  // by source
  std::vector<std::pair<const ast::Binding*, Value>> values_;
  std::vector<bool> is_input_;
  std::vector<NaiveRow> found_;
  Environment setting_;
};

}  // namespace

std::vector<std::vector<Value>> naive(const ast::Query& query, const std::vector<Input>& inputs) {
  return Naive(query, inputs).answer();
}

Value naive_set(const ast::Query& query, const std::vector<Input>& inputs) {
  std::vector<Value> tuples;
  for (NaiveRow& tuple : naive(query, inputs)) tuples.push_back(Value::vector(std::move(tuple)));
  return Value::set(std::move(tuples));
}

}  // namespace stele::query
