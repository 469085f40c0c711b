// not, not-join, or, or-join and `and` to their syntax trees. [Q-51 …]

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/read.h"

namespace stele::query {
namespace {

using base::text;

constexpr std::string_view kNot = "not", kNotJoin = "not-join", kOr = "or", kOrJoin = "or-join",
                           kAnd = "and";

Error malformed(const Value& form, std::string_view why) {
  return invalid("parser/where", text(why, " in ", show(form), "."));
}

// ($source name item …) taken apart.
struct Logic {
  std::optional<ast::SourceId> source;
  std::string_view name;
  std::span<const Value> items;

  static Logic of(const Value& form, Names& names) {
    Logic out{.items = form.items()};
    if (is_source(out.items[0])) {
      out.source = names.source(out.items[0]);
      out.items = out.items.subspan(1);
    }
    out.name = out.items[0].name();
    out.items = out.items.subspan(1);
    return out;
  }
};

// Appends variables, each once.
Done read_listed(std::span<const Value> items, const Value& form, Names& names,
                 std::vector<ast::Var>& out) {
  for (const Value& item : items) {
    if (!is_variable(item)) {
      return malformed(form, text("A list of shared variables holds ", show(item)));
    }
    const ast::Var variable = names.variable(item);
    if (std::find(out.begin(), out.end(), variable) == out.end()) out.push_back(variable);
  }
  return {};
}

// [?v …], or of or-join [[?required …] ?v …].
Done read_sharing(const Logic& logic, const Value& form, Names& names, ast::Sharing& out) {
  out.is_listed = true;
  if (logic.items.empty() || !logic.items[0].is_sequential() || logic.items[0].items().empty()) {
    return malformed(
        form, text("A vector of at least one variable follows ", logic.name, "; it is missing"));
  }
  std::span<const Value> listed = logic.items[0].items();
  if (logic.name == kOrJoin && listed[0].is_sequential()) {
    if (listed[0].items().empty()) return malformed(form, "The required variables are missing");
    STELE_DO(read_listed(listed[0].items(), form, names, out.needed));
    out.shared = out.needed;
    listed = listed.subspan(1);
  }
  return read_listed(listed, form, names, out.shared);
}

Result<std::vector<ast::Clause>> read_clauses(std::span<const Value> items, const Value& form,
                                              Names& names) {
  if (items.empty()) return malformed(form, "A clause is missing");
  std::vector<ast::Clause> out;
  for (const Value& item : items) {
    STELE_TRY(ast::Clause clause, read_clause(item, names));
    out.push_back(std::move(clause));
  }
  return out;
}

// One clause, or (and clause …).
Result<std::vector<ast::Clause>> read_branch(const Value& form, Names& names) {
  const bool is_group =
      form.is_sequential() && !form.items().empty() && form.items()[0].is_symbol(kAnd);
  return is_group ? read_clauses(form.items().subspan(1), form, names)
                  : read_clauses({&form, 1}, form, names);
}

Result<ast::Clause> read_negation(const Logic& logic, const Value& form, Names& names) {
  ast::Negation out;
  if (logic.name == kNot) {
    STELE_TRY(out.body, read_clauses(logic.items, form, names));
    return ast::Clause{std::move(out), form};
  }
  STELE_DO(read_sharing(logic, form, names, out));
  const Names::Scope scope(names, out.shared);
  STELE_TRY(out.body, read_clauses(logic.items.subspan(1), form, names));
  return ast::Clause{std::move(out), form};
}

Result<ast::Clause> read_disjunction(Logic logic, const Value& form, Names& names) {
  ast::Disjunction out;
  if (logic.name == kOrJoin) {
    STELE_DO(read_sharing(logic, form, names, out));
    logic.items = logic.items.subspan(1);
  }
  if (logic.items.empty()) return malformed(form, "A branch is missing");
  for (const Value& item : logic.items) {
    std::optional<Names::Scope> scope;
    if (out.is_listed) scope.emplace(names, out.shared);
    STELE_TRY(auto branch, read_branch(item, names));
    out.branches.push_back(std::move(branch));
  }
  return ast::Clause{std::move(out), form};
}

}  // namespace

bool is_logic(const Value& name) {
  constexpr std::string_view kWords[] = {kNot, kNotJoin, kOr, kOrJoin, kAnd};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return name.is_symbol(word); });
}

Result<ast::Clause> read_logic(const Value& form, Names& names) {
  const Logic logic = Logic::of(form, names);
  const Names::DefaultSource source(names, logic.source);
  if (logic.name == kNot || logic.name == kNotJoin) return read_negation(logic, form, names);
  if (logic.name == kOr || logic.name == kOrJoin) return read_disjunction(logic, form, names);
  return invalid("parser/where",
                 text("(and …) groups the clauses of one branch and stands directly "
                      "inside or and or-join, not as ",
                      show(form), "."));
}

}  // namespace stele::query
