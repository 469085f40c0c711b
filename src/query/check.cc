#include "query/check.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/bind.h"
#include "query/read.h"
#include "query/scope.h"

namespace stele::query {
namespace {

using base::text;

// "?a ?b": variables as messages list them.
std::string list(const ast::Query& query, const std::vector<ast::Var>& variables) {
  std::string out;
  for (ast::Var variable : variables) {
    if (!out.empty()) out += ' ';
    out += query.variables[variable];
  }
  return out;
}

void count_variables(const ast::Binding& binding, std::vector<int>& count) {
  if (binding.what == ast::Binding::What::variable) ++count[binding.variable];
  for (const ast::Binding& part : binding.parts) count_variables(part, count);
}

Done check_inputs(const ast::Query& query) {
  std::vector<int> variables(query.variables.size()), sources(query.sources.size());
  for (const ast::Input& input : query.inputs) {
    if (input.what == ast::Input::What::source) {
      ++sources[input.source];
    } else {
      count_variables(input.binding, variables);
    }
  }
  const auto repeated = [](const std::vector<int>& counts) {
    return std::find_if(counts.begin(), counts.end(), [](int n) { return n > 1; });
  };
  if (auto at = repeated(variables); at != variables.end()) {
    return invalid("parser/query",
                   text("Vars used in :in should be distinct, but ",
                        query.variables[static_cast<std::size_t>(at - variables.begin())],
                        " is there more than once."));
  }
  if (auto at = repeated(sources); at != sources.end()) {
    return invalid("parser/query",
                   text("Vars used in :in should be distinct, but the source ",
                        query.sources[static_cast<std::size_t>(at - sources.begin())],
                        " is there more than once."));
  }
  return {};
}

Done check_source(const ast::Query& query, ast::SourceId source, const Value& form) {
  const bool is_known = std::any_of(query.inputs.begin(), query.inputs.end(), [&](auto& input) {
    return input.what == ast::Input::What::source && input.source == source;
  });
  if (is_known) return {};
  return invalid("parser/query", text("The source ", query.sources[source], " of ", show(form),
                                      " is not in :in; name it there."));
}

Done check_sources(const ast::Query& query) {
  Done known;
  ast::each_clause(query.where, [&](const ast::Clause& clause) {
    const auto* pattern = std::get_if<ast::Pattern>(&clause.body);
    if (pattern && known.ok()) known = check_source(query, pattern->source, clause.form);
  });
  STELE_DO(std::move(known));
  for (const ast::FindElement& element : query.find) {
    if (!element.is(ast::FindElement::What::pull)) continue;
    STELE_DO(check_source(query, element.source, element.form));
  }
  return {};
}

// Does :in give the variable one value for the whole query?
bool is_setting(const ast::Query& query, ast::Var variable) {
  return std::any_of(query.inputs.begin(), query.inputs.end(), [&](const ast::Input& input) {
    std::vector<ast::Var> bound;
    if (input.what == ast::Input::What::binding) ast::collect_variables(input.binding, bound);
    return is_single(input.binding) &&
           std::find(bound.begin(), bound.end(), variable) != bound.end();
  });
}

// Arguments of aggregates and patterns of pull are the same for the whole query.
Done check_settings(const ast::Query& query) {
  for (const ast::FindElement& element : query.find) {
    std::vector<ast::Var> settings;
    for (const ast::Term& arg : element.args) {
      if (arg.is_variable()) settings.push_back(arg.id);
    }
    if (element.pattern.is_variable()) settings.push_back(element.pattern.id);
    const bool is_chosen = element.is(ast::FindElement::What::aggregate) && !element.aggregate;
    if (is_chosen) settings.push_back(element.chosen);
    for (ast::Var variable : settings) {
      if (is_setting(query, variable)) continue;
      return invalid("parser/find",
                     text("Cannot find ", show(element.form), ": ", query.variables[variable],
                          " must have one value for the whole query; bind it by itself in :in."));
    }
  }
  return {};
}

// :find and :with have no variable in common: one of :with would say nothing.
Done check_with(const ast::Query& query) {
  for (ast::Var variable : query.with) {
    const bool is_found =
        std::any_of(query.find.begin(), query.find.end(),
                    [&](const ast::FindElement& element) { return element.variable == variable; });
    if (!is_found) continue;
    return invalid("parser/query", text(query.variables[variable],
                                        " stands in :find and in :with; "
                                        "take it out of :with."));
  }
  return {};
}

Done check_found(const ast::Query& query, const VarSet& bound) {
  std::vector<ast::Var> unknown;
  for (ast::Var variable : ast::variables_of_rows(query)) {
    if (!bound.has(variable)) unknown.push_back(variable);
  }
  if (unknown.empty()) return {};
  return invalid("parser/query", text("Query for unknown vars: [", list(query, unknown),
                                      "]; bind them in :where or :in."));
}

}  // namespace

Done check(ast::Query& query) {
  STELE_DO(check_inputs(query));
  STELE_DO(check_sources(query));
  STELE_DO(check_settings(query));
  STELE_DO(check_with(query));
  STELE_TRY(const VarSet bound, settle_scopes(query));
  return check_found(query, bound);
}

}  // namespace stele::query
