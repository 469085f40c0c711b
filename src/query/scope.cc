#include "query/scope.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/read.h"

namespace stele::query {
namespace {

using ast::Var;
using base::text;
using Vars = std::vector<Var>;
using Clauses = std::vector<ast::Clause>;

void add_terms(const std::vector<ast::Term>& terms, Vars& out) {
  for (const ast::Term& term : terms) {
    if (term.is_variable()) add_new({&term.id, 1}, out);
  }
}

// Pattern and call: all their variables.
void add_own(const ast::Clause& clause, Vars& out) {
  if (const auto* pattern = std::get_if<ast::Pattern>(&clause.body)) {
    add_terms(pattern->terms, out);
  } else if (const auto* call = std::get_if<ast::Call>(&clause.body)) {
    add_terms(call->args, out);
    if (call->output) ast::collect_variables(*call->output, out);
  }
}

// The variables by which the surroundings may know what the clauses speak of; `asserted`: only
// those that are not just denied.
void add_mentioned(const Clauses& clauses, bool asserted, Vars& out) {
  for (const ast::Clause& clause : clauses) {
    add_own(clause, out);
    if (const auto* negation = std::get_if<ast::Negation>(&clause.body)) {
      if (negation->is_listed) add_new(negation->shared, out);
      if (!negation->is_listed && !asserted) add_mentioned(negation->body, asserted, out);
    } else if (const auto* disjunction = std::get_if<ast::Disjunction>(&clause.body)) {
      if (disjunction->is_listed) add_new(disjunction->shared, out);
      if (disjunction->is_listed) continue;
      for (const Clauses& branch : disjunction->branches) add_mentioned(branch, asserted, out);
    }
  }
}

Vars asserted_in(const ast::Disjunction& disjunction) {
  Vars out = disjunction.shared;
  if (disjunction.is_listed) return out;
  for (const Clauses& branch : disjunction.branches) add_mentioned(branch, true, out);
  return out;
}

Vars missing_from(const VarSet& bound, std::span<const Var> variables) {
  Vars out;
  for (Var variable : variables) {
    if (!bound.has(variable)) out.push_back(variable);
  }
  return out;
}

using Stuck = std::vector<const ast::Clause*>;

// Takes clauses, in whatever order, until `take` takes none of those that are left.
template <typename Take>
Stuck take_all(const Clauses& clauses, const Take& take) {
  Stuck waiting;
  for (const ast::Clause& clause : clauses) waiting.push_back(&clause);
  for (std::size_t before = 0; before != waiting.size() && !waiting.empty();) {
    before = waiting.size();
    std::erase_if(waiting, [&](const ast::Clause* clause) { return take(*clause); });
  }
  return waiting;
}

// First pass: what is bound in the end. Negations wait for that, as they bind nothing, and what
// they share depends on it.
Stuck bind_all(const Clauses& clauses, VarSet& bound);

bool bind(const ast::Clause& clause, VarSet& bound) {
  if (const auto* call = std::get_if<ast::Call>(&clause.body)) {
    Vars arguments;
    add_terms(call->args, arguments);
    if (!bound.has_all(arguments)) return false;
  } else if (const auto* disjunction = std::get_if<ast::Disjunction>(&clause.body)) {
    const Vars shared = asserted_in(*disjunction);
    if (!bound.has_all(disjunction->needed)) return false;
    for (const Clauses& branch : disjunction->branches) {
      VarSet inside = bound;
      if (!bind_all(branch, inside).empty() || !inside.has_all(shared)) return false;
    }
    bound.add(shared);
  }
  Vars own;
  add_own(clause, own);
  bound.add(own);
  return true;
}

Stuck bind_all(const Clauses& clauses, VarSet& bound) {
  return take_all(clauses, [&](const ast::Clause& clause) { return bind(clause, bound); });
}

// Second pass, with scopes settled: what a clause must find bound before it can be evaluated.
Vars needs(const ast::Clause& clause) {
  Vars out;
  if (const auto* call = std::get_if<ast::Call>(&clause.body)) {
    add_terms(call->args, out);
  } else if (const auto* negation = std::get_if<ast::Negation>(&clause.body)) {
    out = negation->shared;
  } else if (const auto* disjunction = std::get_if<ast::Disjunction>(&clause.body)) {
    out = disjunction->needed;
  }
  return out;
}

void add_bound(const ast::Clause& clause, Vars& out) {
  add_own(clause, out);
  const auto* disjunction = std::get_if<ast::Disjunction>(&clause.body);
  if (disjunction) add_new(disjunction->shared, out);
}

Stuck order_all(const Clauses& clauses, VarSet& bound) {
  return take_all(clauses, [&](const ast::Clause& clause) {
    if (!bound.has_all(needs(clause))) return false;
    Vars own;
    add_bound(clause, own);
    bound.add(own);
    return true;
  });
}

// What would let clauses that are stuck go on: what they need and none of them can bind. Where they
// wait for each other, whatever is bound elsewhere.
Vars wanted_by(const Stuck& stuck, const VarSet& bound, const VarSet& elsewhere) {
  Vars wanted, theirs;
  for (const ast::Clause* clause : stuck) {
    add_new(missing_from(bound, needs(*clause)), wanted);
    add_bound(*clause, theirs);
  }
  const Vars out = missing_from(VarSet(theirs), wanted);
  if (!out.empty()) return out;
  std::erase_if(wanted, [&](Var variable) { return !elsewhere.has(variable); });
  return wanted;
}

// Those of the shared variables that the clauses cannot bind by themselves, or not before one of
// them needs it. `elsewhere` is what is bound without them.
void add_needed(const Clauses& clauses, const VarSet& elsewhere, ast::Sharing& sharing) {
  const VarSet shared(sharing.shared);
  VarSet bound;
  for (Stuck stuck = order_all(clauses, bound); !stuck.empty();) {
    Vars wanted = wanted_by(stuck, bound, elsewhere);
    std::erase_if(wanted, [&](Var variable) { return !shared.has(variable); });
    if (wanted.empty()) break;  // `settle` has refused it
    add_new(wanted, sharing.needed);
    bound.add(wanted);
    stuck = order_all(clauses, bound);
  }
  add_new(missing_from(bound, sharing.shared), sharing.needed);
}

class Settler {
 public:
  explicit Settler(const ast::Query& query) : query_(query) {}

  // Settles clauses among which `outside` is bound by others.
  Done settle(Clauses& clauses, const VarSet& outside) const {
    VarSet bound = outside;
    const Stuck stuck = bind_all(clauses, bound);
    if (!stuck.empty()) return explain(*stuck.front(), bound);
    for (ast::Clause& clause : clauses) {
      if (auto* negation = std::get_if<ast::Negation>(&clause.body)) {
        STELE_DO(settle(*negation, bound, clause.form));
      } else if (auto* disjunction = std::get_if<ast::Disjunction>(&clause.body)) {
        STELE_DO(settle(*disjunction, bound, bound_without(clause, clauses, outside), clause.form));
      }
    }
    VarSet ordered = outside;
    const Stuck late = order_all(clauses, ordered);
    if (late.empty()) return {};
    return insufficient(missing_from(ordered, needs(*late.front())), late.front()->form);
  }

 private:
  Done settle(ast::Negation& negation, const VarSet& outside, const Value& form) const {
    Vars mentioned;
    add_mentioned(negation.body, false, mentioned);
    if (negation.is_listed) {
      STELE_DO(check_listed(negation, mentioned, form));
      const Vars missing = missing_from(outside, negation.shared);
      if (!missing.empty()) return insufficient(missing, form);
    } else {
      negation.shared = mentioned;
      std::erase_if(negation.shared, [&](Var variable) { return !outside.has(variable); });
      if (negation.shared.empty() && !mentioned.empty()) return nothing_shared(mentioned, form);
    }
    STELE_DO(settle(negation.body, VarSet(negation.shared)));
    add_needed(negation.body, outside, negation);
    return {};
  }

  // What is bound if the clause binds nothing.
  static VarSet bound_without(const ast::Clause& without, const Clauses& clauses,
                              const VarSet& outside) {
    VarSet bound = outside;
    take_all(clauses,
             [&](const ast::Clause& clause) { return &clause != &without && bind(clause, bound); });
    return bound;
  }

  Done settle(ast::Disjunction& disjunction, const VarSet& outside, const VarSet& elsewhere,
              const Value& form) const {
    Vars mentioned;
    for (const Clauses& branch : disjunction.branches) add_mentioned(branch, false, mentioned);
    if (disjunction.is_listed) {
      STELE_DO(check_listed(disjunction, mentioned, form));
    } else {
      disjunction.shared = asserted_in(disjunction);
      std::erase_if(mentioned, [&](Var variable) { return !outside.has(variable); });
      add_new(mentioned, disjunction.shared);
    }
    for (Clauses& branch : disjunction.branches) {
      STELE_DO(settle(branch, VarSet(disjunction.shared)));
      add_needed(branch, elsewhere, disjunction);
    }
    return {};
  }

  // A variable that is listed and used nowhere inside is a slip.
  Done check_listed(const ast::Sharing& sharing, const Vars& mentioned, const Value& form) const {
    const Vars missing = missing_from(VarSet(mentioned), sharing.shared);
    if (missing.empty()) return {};
    return invalid("parser/where", text("Join variable not declared inside clauses: [",
                                        list(missing), "] in ", show(form), "."));
  }

  // Why a call or disjunction cannot be taken with what is bound.
  Error explain(const ast::Clause& clause, const VarSet& bound) const {
    const auto* disjunction = std::get_if<ast::Disjunction>(&clause.body);
    const Vars missing = missing_from(bound, needs(clause));
    if (!disjunction || !missing.empty()) return insufficient(missing, clause.form);
    for (const Clauses& branch : disjunction->branches) {
      VarSet inside = bound;
      const Stuck stuck = bind_all(branch, inside);
      if (!stuck.empty()) return explain(*stuck.front(), inside);
      const Vars open = missing_from(inside, asserted_in(*disjunction));
      if (open.empty()) continue;
      return disjunction->is_listed ? insufficient(open, clause.form)
                                    : different_variables(open, clause.form);
    }
    return insufficient(missing, clause.form);
  }

  Error different_variables(const Vars& open, const Value& form) const {
    return invalid("parser/where",
                   text("All clauses in 'or' must use same set of free vars: a branch of ",
                        show(form), " does not bind ", list(open),
                        ", nor does anything outside; with or-join variables may be its own."));
  }

  Error insufficient(const Vars& missing, const Value& form) const {
    return invalid("query/where",
                   text("Cannot resolve any more clauses — insufficient bindings: #{",
                        list(missing), "} not bound in ", show(form)));
  }

  Error nothing_shared(const Vars& mentioned, const Value& form) const {
    return invalid("query/where", text("Insufficient bindings: none of #{", list(mentioned),
                                       "} is bound in ", show(form)));
  }

  // "?a ?b": variables as messages list them.
  std::string list(const Vars& variables) const {
    std::string out;
    for (Var variable : variables) {
      if (!out.empty()) out += ' ';
      out += query_.variables[variable];
    }
    return out;
  }

  const ast::Query& query_;
};

}  // namespace

void add_new(std::span<const Var> variables, Vars& to) {
  for (Var variable : variables) {
    if (std::find(to.begin(), to.end(), variable) == to.end()) to.push_back(variable);
  }
}

Result<VarSet> settle_scopes(ast::Query& query) {
  Vars inputs;
  for (const ast::Input& input : query.inputs) ast::collect_variables(input.binding, inputs);
  VarSet bound(inputs);
  STELE_DO(Settler(query).settle(query.where, bound));
  bind_all(query.where, bound);
  return bound;
}

}  // namespace stele::query
