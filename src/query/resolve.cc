#include "query/resolve.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/bind.h"
#include "query/read.h"
#include "query/references.h"
#include "query/var_set.h"

namespace stele::query {
namespace {

using base::text;

class Resolver {
 public:
  Resolver(const ast::Query& query, std::span<const Input> inputs, Run& run)
      : query_(query), inputs_(inputs), run_(run) {
    out_.single.resize(query.variables.size());
  }

  Result<Resolved> resolve() {
    out_.variables = query_.variables.size();
    out_.find = ast::variables_of_rows(query_);
    out_.sources.resize(query_.sources.size());
    STELE_DO(check_count());
    for (std::size_t i = 0; i < inputs_.size(); ++i) STELE_DO(take(query_.inputs[i], inputs_[i]));
    STELE_TRY(out_.clauses, resolve_clauses(query_.where));
    return std::move(out_);
  }

 private:
  // Without :in a query takes a database, and one that does not look at it may do without.
  Done check_count() const {
    if (inputs_.size() == query_.inputs.size()) return {};
    bool uses_source = std::any_of(
        query_.find.begin(), query_.find.end(),
        [](const ast::FindElement& element) { return element.is(ast::FindElement::What::pull); });
    ast::each_clause(query_.where, [&](const ast::Clause& clause) {
      uses_source = uses_source || std::holds_alternative<ast::Pattern>(clause.body);
    });
    if (query_.default_inputs && inputs_.empty() && !uses_source) return {};
    std::string names;
    for (const ast::Input& input : query_.inputs) names += ' ' + show_input(input);
    return invalid(
        "query/inputs",
        text(inputs_.size() < query_.inputs.size() ? "Too few inputs" : "Extra inputs",
             " passed: :in is [", names.empty() ? names : names.substr(1), "], so the query takes ",
             query_.inputs.size(), ", not ", inputs_.size(), "."));
  }

  std::string show_input(const ast::Input& input) const {
    return input.what == ast::Input::What::source ? query_.sources[input.source]
                                                  : show(input.binding.form);
  }

  Done take(const ast::Input& declared, const Input& given) {
    if (declared.what == ast::Input::What::source) return take_source(declared, given);
    const auto* value = std::get_if<Value>(&given);
    if (!value) {
      return invalid("query/inputs", text("A database was passed for ", show(declared.binding.form),
                                          "; only names like $ stand for databases."));
    }
    return take_value(declared.binding, *value);
  }

  Done take_source(const ast::Input& declared, const Input& given) {
    Source& source = out_.sources[declared.source];
    if (const auto* db = std::get_if<Db>(&given)) {
      STELE_TRY(source.view, db::View::open(*db, run_.reader));
      if (!source.view->state().config.attribute_refs) return {};
      return invalid("query/unsupported",
                     "A query on a database with :attribute-refs? is not "
                     "supported yet.");
    }
    source.collection = &std::get<Value>(given);
    const Kind kind = source.collection->kind();
    if (kind == Kind::vector || kind == Kind::list || kind == Kind::set || kind == Kind::map) {
      return {};
    }
    return invalid("query/inputs", text("The source ", query_.sources[declared.source], " is ",
                                        show(*source.collection),
                                        "; it must be a database or a collection of tuples."));
  }

  Done take_value(const ast::Binding& binding, const Value& value) {
    BindingRows rows(binding, BindingRows::Values::outlive_the_run, run_);
    STELE_TRY(const std::size_t count, rows.add(value));
    Columns columns = rows.finish();
    if (is_single(binding) && count == 1) {
      for (Var variable : columns.variables) out_.single[variable] = columns.of(variable).at(0);
    }
    out_.inputs.push_back(std::move(columns));
    return {};
  }

  Slot slot_of(const ast::Term& term) {
    if (term.is_constant()) {
      return {Slot::What::constant,
              0,
              {term.constant.kind(), value::cell_of(term.constant, run_.arena)}};
    }
    if (!term.is_variable()) return {};
    if (out_.single[term.id]) return {Slot::What::constant, 0, *out_.single[term.id]};
    return {Slot::What::variable, term.id, {}};
  }

  Result<std::vector<ResolvedClause>> resolve_clauses(const std::vector<ast::Clause>& clauses) {
    std::vector<ResolvedClause> out;
    for (const ast::Clause& clause : clauses) {
      STELE_TRY(ResolvedClause resolved, resolve_clause(clause));
      out.push_back(std::move(resolved));
    }
    return out;
  }

  Result<ResolvedClause> resolve_negation(const ast::Negation& negation, const Value& form) {
    ResolvedNegation out;
    STELE_TRY(out.body, resolve_clauses(negation.body));
    share(negation, out.body, out);
    return ResolvedClause{std::move(out), &form};
  }

  Result<ResolvedClause> resolve_disjunction(const ast::Disjunction& disjunction,
                                             const Value& form) {
    ResolvedDisjunction out;
    for (const std::vector<ast::Clause>& branch : disjunction.branches) {
      STELE_TRY(auto resolved, resolve_clauses(branch));
      share(disjunction, resolved, out);
      out.branches.push_back(std::move(resolved));
    }
    return ResolvedClause{std::move(out), &form};
  }

  // What is still a variable inside is shared if it was, or if it is hidden. What :in binds is
  // bound from the start; that inside it became a constant in some places must not matter, so it
  // counts as needed.
  void share(const ast::Sharing& written, const std::vector<ResolvedClause>& clauses,
             ResolvedSharing& out) const {
    const VarSet shared(written.shared), needed(written.needed);
    std::vector<Var> mentioned;
    for (const ResolvedClause& clause : clauses) {
      add_new(variables_of(clause), mentioned);
      add_new(outputs_of(clause), mentioned);
    }
    for (const Var variable : mentioned) {
      const bool is_hidden = variable >= query_.variables.size();
      if (!is_hidden && !shared.has(variable)) continue;
      add_new({&variable, 1}, out.shared);
      if (is_hidden || out_.single[variable] || needed.has(variable)) {
        add_new({&variable, 1}, out.needed);
      }
    }
  }

  Result<ResolvedClause> resolve_clause(const ast::Clause& clause) {
    if (const auto* negation = std::get_if<ast::Negation>(&clause.body)) {
      return resolve_negation(*negation, clause.form);
    }
    if (const auto* disjunction = std::get_if<ast::Disjunction>(&clause.body)) {
      return resolve_disjunction(*disjunction, clause.form);
    }
    if (const auto* call = std::get_if<ast::Call>(&clause.body)) {
      ResolvedCall out{call->function, {}, call->output ? &*call->output : nullptr};
      for (const ast::Term& arg : call->args) out.args.push_back(slot_of(arg));
      return ResolvedClause{std::move(out), &clause.form};
    }
    const auto& pattern = std::get<ast::Pattern>(clause.body);
    const Source& source = out_.sources[pattern.source];
    if (source.view) {
      STELE_TRY(DbPattern out, resolve_pattern(pattern, *source.view, clause.form));
      return ResolvedClause{std::move(out), &clause.form};
    }
    CollectionPattern out{source.collection, {}};
    for (const ast::Term& term : pattern.terms) out.slots.push_back(slot_of(term));
    return ResolvedClause{std::move(out), &clause.form};
  }

  Result<DbPattern> resolve_pattern(const ast::Pattern& pattern, const db::View& view,
                                    const Value& form) {
    if (pattern.terms.size() > kParts) {
      return invalid("query/where", text(show(form), " has ", pattern.terms.size(),
                                         " elements, but a fact has five: e a v tx added."));
    }
    DbPattern out;
    out.view = &view;
    for (std::size_t i = 0; i < pattern.terms.size(); ++i) out.slots[i] = slot_of(pattern.terms[i]);
    const References references(view, form, run_);
    for (std::size_t i = 0; i < pattern.terms.size(); ++i) {
      const bool is_literal = pattern.terms[i].is_constant();
      if (!out.slots[i].is_constant()) continue;
      STELE_DO(references.resolve_constant(out, static_cast<Part>(i), is_literal));
    }
    out.events.distinct = distinct_events(out);
    STELE_DO(use_hidden(out, kE));
    if (out.schema && out.schema->is_ref()) STELE_DO(use_hidden(out, kV));
    return out;
  }

  // A history gives each event once as far as the pattern can tell.
  static db::EventsWanted::Distinct distinct_events(const DbPattern& pattern) {
    using Distinct = db::EventsWanted::Distinct;
    if (pattern.slots[kAdded].is_variable()) return Distinct::by_all;
    const bool has_tx = pattern.slots[kTx].what != Slot::What::ignore;
    return has_tx ? Distinct::by_fact_and_tx : Distinct::by_fact;
  }

  // Lets the pattern look at a variable's ids in its source, if the variable holds references.
  Done use_hidden(DbPattern& pattern, Part part) {
    Slot& slot = pattern.slots[part];
    if (!slot.is_variable()) return {};
    for (const Hidden& hidden : hidden_) {
      if (hidden.of == slot.variable && hidden.view == pattern.view) {
        slot.variable = hidden.variable;
        return {};
      }
    }
    for (Columns& input : out_.inputs) {
      const Column* column = input.find(slot.variable);
      if (!column || !holds_references(*column)) continue;
      STELE_TRY(ColumnPtr ids, resolve_column(*pattern.view, *column, run_));
      const auto variable = static_cast<Var>(out_.variables++);
      input.add(variable, std::move(ids));
      hidden_.push_back({slot.variable, pattern.view, variable});
      slot.variable = variable;
      return {};
    }
    return {};
  }

  struct Hidden {
    Var of;
    const db::View* view;
    Var variable;
  };

  const ast::Query& query_;
  std::span<const Input> inputs_;
  Run& run_;
  std::vector<Hidden> hidden_;
  Resolved out_;
};

void collect(const Slot& slot, std::vector<Var>& out) {
  if (slot.is_variable() && std::find(out.begin(), out.end(), slot.variable) == out.end()) {
    out.push_back(slot.variable);
  }
}

}  // namespace

std::vector<Var> variables_of(const ResolvedClause& clause) {
  std::vector<Var> out;
  if (const auto* pattern = std::get_if<DbPattern>(&clause.body)) {
    for (const Slot& slot : pattern->slots) collect(slot, out);
  } else if (const auto* tuple = std::get_if<CollectionPattern>(&clause.body)) {
    for (const Slot& slot : tuple->slots) collect(slot, out);
  } else if (const auto* call = std::get_if<ResolvedCall>(&clause.body)) {
    for (const Slot& slot : call->args) collect(slot, out);
  } else if (const auto* negation = std::get_if<ResolvedNegation>(&clause.body)) {
    out = negation->shared;
  } else {
    out = std::get<ResolvedDisjunction>(clause.body).shared;
  }
  return out;
}

std::vector<Var> outputs_of(const ResolvedClause& clause) {
  std::vector<Var> out;
  const auto* call = std::get_if<ResolvedCall>(&clause.body);
  if (call && call->output) ast::collect_variables(*call->output, out);
  return out;
}

Result<Resolved> resolve(const Prepared& prepared, std::span<const Input> inputs, Run& run) {
  return Resolver(prepared.query, inputs, run).resolve();
}

}  // namespace stele::query
