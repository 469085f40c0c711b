// Clauses and bindings to their syntax trees.

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/functions.h"
#include "query/read.h"

namespace stele::query {
namespace {

using base::text;

bool is_quoted(const Value& form) {
  return form.is(Kind::list) && form.items().size() == 2 && form.items()[0].is_symbol("quote");
}

bool is_plain_symbol(const Value& form) {
  return form.is(Kind::symbol) && !is_variable(form) && !is_source(form) && !form.is_symbol("_") &&
         !form.is_symbol("%");
}

// (f arg …): what a predicate or function clause begins with.
bool is_call(const Value& form) {
  return form.is(Kind::list) && !form.items().empty() && form.items()[0].is(Kind::symbol) &&
         !is_quoted(form);
}

ast::Term constant(const Value& value) {
  return {.what = ast::Term::What::constant, .constant = value};
}

Result<ast::Term> read_pattern_term(const Value& form, const Value& clause, Names& names) {
  if (form.is_symbol("_")) return ast::Term{};
  if (is_variable(form)) {
    return ast::Term{.what = ast::Term::What::variable, .id = names.variable(form)};
  }
  if (form.is_nil()) {
    return invalid("query/where", text("nil stands in ", show(clause),
                                       ", but no fact holds nil; for any value write _."));
  }
  if (is_source(form) || form.is_symbol("%")) {
    return invalid("parser/where", text(show(form), " stands inside ", show(clause),
                                        "; a source comes first in its clause."));
  }
  return constant(is_quoted(form) ? form.items()[1] : form);
}

Result<ast::Clause> read_pattern(const Value& form, Names& names) {
  std::span<const Value> items = form.items();
  ast::Pattern pattern;
  if (!items.empty() && is_source(items[0])) {
    pattern.source = names.source(items[0]);
    items = items.subspan(1);
  } else {
    pattern.source = names.default_source();
  }
  if (items.empty()) {
    return invalid("parser/where", text("The clause ", show(form),
                                        " is empty: a pattern has at least one element."));
  }
  for (const Value& item : items) {
    STELE_TRY(ast::Term term, read_pattern_term(item, form, names));
    pattern.terms.push_back(std::move(term));
  }
  return ast::Clause{std::move(pattern), form};
}

Result<ast::Term> read_argument(const Value& form, const Value& clause, Names& names) {
  if (is_variable(form)) {
    return ast::Term{.what = ast::Term::What::variable, .id = names.variable(form)};
  }
  if (is_source(form)) return ast::Term{.what = ast::Term::What::source, .id = names.source(form)};
  if (form.is_symbol("_") || form.is_symbol("%")) {
    return invalid("parser/where", text(show(form), " is no argument in ", show(clause), "."));
  }
  if (is_call(form)) {
    return invalid("parser/where", text("A call inside a call in ", show(clause), ": bind ",
                                        show(form), " to a variable in a clause of its own."));
  }
  return constant(is_quoted(form) ? form.items()[1] : form);
}

// What an unknown name is told, by what it is used as.
Error unknown_function(const Value& name, const Value& clause, bool is_predicate) {
  return invalid("query/where", text("Unknown ", is_predicate ? "predicate" : "function", " '",
                                     show(name), " in ", show(clause)));
}

Result<const Function*> find_function(const Value& name, const Value& clause, bool is_predicate) {
  if (is_variable(name)) return unsupported("A variable as a function", clause);
  if (name.name().starts_with('.') && name.name().size() > 1) {
    return invalid("query/where", text("Methods like ", show(name), " in ", show(clause),
                                       " belong to a host that is not here."));
  }
  const std::string full =
      name.ns().empty() ? std::string(name.name()) : text(name.ns(), "/", name.name());
  if (const Function* function = function_named(full)) return function;
  if (is_future_function(full)) return unsupported(text("The function ", full), clause);
  return unknown_function(name, clause, is_predicate);
}

Done check_arity(const Function& function, std::size_t count, const Value& clause) {
  if (count >= function.args_min && count <= function.args_max) return {};
  return invalid("query/where",
                 text(function.name, " takes ",
                      function.args_min == function.args_max ? text(function.args_min)
                                                             : text("at least ", function.args_min),
                      " arguments, but has ", count, " in ", show(clause)));
}

Result<ast::Clause> read_call(const Value& form, Names& names) {
  const std::span<const Value> call = form.items()[0].items();
  const bool is_predicate = form.items().size() == 1;
  ast::Call out;
  STELE_TRY(out.function, find_function(call[0], form, is_predicate));
  for (const Value& item : call.subspan(1)) {
    STELE_TRY(ast::Term term, read_argument(item, form, names));
    if (term.what == ast::Term::What::source) {
      return invalid("query/where",
                     text(out.function->name, " takes no source, as in ", show(form)));
    }
    out.args.push_back(std::move(term));
  }
  STELE_DO(check_arity(*out.function, out.args.size(), form));
  if (!is_predicate) {
    STELE_TRY(out.output, read_binding(form.items()[1], names));
  }
  return ast::Clause{std::move(out), form};
}

// Behind its source, if it has one.
std::span<const Value> without_source(const Value& form) {
  const std::span<const Value> items = form.items();
  return items.size() > 1 && is_source(items[0]) ? items.subspan(1) : items;
}

bool is_rule_call(const Value& form) {
  const std::span<const Value> items = without_source(form);
  return form.is(Kind::list) && !items.empty() && is_plain_symbol(items[0]) && !is_quoted(form);
}

Result<ast::Binding> read_collection(const Value& form, const Value& item, Names& names) {
  ast::Binding binding{.what = ast::Binding::What::collection, .form = form};
  STELE_TRY(ast::Binding part, read_binding(item, names));
  binding.parts.push_back(std::move(part));
  return binding;
}

}  // namespace

Result<ast::Binding> read_binding(const Value& form, Names& names) {
  using What = ast::Binding::What;
  if (form.is_symbol("_")) return ast::Binding{.what = What::ignore, .form = form};
  if (is_variable(form)) {
    return ast::Binding{.what = What::variable, .variable = names.variable(form), .form = form};
  }
  if (!form.is_sequential() || form.items().empty()) {
    return invalid("parser/binding", text("Cannot bind to ", show(form),
                                          ": write ?x, _, [?x ...], [?x ?y] or [[?x ?y]]."));
  }
  const std::span<const Value> items = form.items();
  if (items.size() == 2 && items[1].is_symbol("...")) return read_collection(form, items[0], names);
  if (items.size() == 1 && items[0].is_sequential()) return read_collection(form, items[0], names);
  ast::Binding binding{.what = What::tuple, .form = form};
  for (const Value& item : items) {
    STELE_TRY(ast::Binding part, read_binding(item, names));
    binding.parts.push_back(std::move(part));
  }
  return binding;
}

Result<ast::Clause> read_clause(const Value& form, Names& names) {
  if (!form.is_sequential()) {
    return invalid("parser/where", text("A clause is a vector or a list, not ", show(form), "."));
  }
  const std::span<const Value> items = form.items(), body = without_source(form);
  if (!body.empty() && is_logic(body[0])) return read_logic(form, names);
  if (is_rule_call(form)) return unsupported("A rule call", form);
  if (!items.empty() && is_call(items[0])) {
    if (items.size() <= 2) return read_call(form, names);
    return invalid("parser/where", text("A function clause is a call and one binding, but ",
                                        show(form), " has ", items.size(), " elements."));
  }
  return read_pattern(form, names);
}

namespace ast {

void collect_variables(const Binding& binding, std::vector<Var>& out) {
  if (binding.what == Binding::What::variable &&
      std::find(out.begin(), out.end(), binding.variable) == out.end()) {
    out.push_back(binding.variable);
  }
  for (const Binding& part : binding.parts) collect_variables(part, out);
}

}  // namespace ast
}  // namespace stele::query
