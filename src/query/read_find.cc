// :find, :with, :keys and :order-by to their syntax trees. [4.2, Q-12, Q-32, Q-35, Q-94, Q-121]

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/aggregates.h"
#include "query/pull_pattern.h"
#include "query/read.h"

namespace stele::query {
namespace {

using base::text;
using Element = ast::FindElement;

Error bad_find(const Value& element, std::string_view why) {
  return invalid("parser/find", text("Cannot find ", show(element), ": ", why));
}

bool is_plain_symbol(const Value& form) {
  return form.is(Kind::symbol) && !is_variable(form) && !is_source(form) && !form.is_symbol("_");
}

// What is the same for the whole query: a constant, or a name that :in binds.
Result<ast::Term> read_setting(const Value& form, const Value& element, const Names& names) {
  if (!is_variable(form) && !is_plain_symbol(form)) {
    return ast::Term{.what = ast::Term::What::constant, .constant = form};
  }
  if (const auto variable = names.find_variable(form)) {
    return ast::Term{.what = ast::Term::What::variable, .id = *variable};
  }
  return bad_find(element, text(show(form),
                                " is not in :in; name it there, as what is the same "
                                "for the whole query."));
}

// (pull ?e pattern), (pull $source ?e pattern)
Result<Element> read_pull_element(const Value& form, Names& names) {
  std::span<const Value> items = form.items().subspan(1);
  Element out{.what = Element::What::pull, .form = form};
  out.source = names.source(Value::symbol("$"));
  if (!items.empty() && is_source(items[0])) {
    out.source = names.source(items[0]);
    items = items.subspan(1);
  }
  if (items.size() != 2 || !is_variable(items[0])) {
    return bad_find(form, "write (pull ?entity pattern) or (pull $source ?entity pattern).");
  }
  out.variable = names.variable(items[0]);
  STELE_TRY(out.pattern, read_setting(items[1], form, names));
  if (!out.pattern.is_constant()) return out;
  STELE_TRY(PullForm pattern, read_pull(items[1]));
  out.pull = std::make_shared<const PullForm>(std::move(pattern));
  return out;
}

Done check_arity(const Aggregate& aggregate, const Element& element) {
  const std::size_t count = element.args.size();
  if (count < aggregate.args_min) {
    return bad_find(element.form, text(aggregate.name, " takes a count before the variable."));
  }
  if (count <= aggregate.args_max) return {};
  return bad_find(element.form,
                  aggregate.args_max == 0
                      ? text(aggregate.name, " takes nothing but a variable.")
                      : text(aggregate.name, " takes one count and a variable, and no more."));
}

// The name of an aggregate: one that is built in, or one that :in chooses.
Done read_aggregate_name(const Value& name, Element& element, const Names& names) {
  if (const auto variable = names.find_variable(name)) {
    element.chosen = *variable;
    return {};
  }
  if (is_variable(name)) {
    return bad_find(element.form, text(show(name), " is not in :in; name the aggregate there."));
  }
  element.aggregate = name.ns().empty() ? aggregate_named(name.name()) : nullptr;
  if (element.aggregate) return {};
  return invalid("parser/find",
                 text("Unknown aggregate '", show(name), " in ", show(element.form), "."));
}

// (count ?x), (max 3 ?x), (aggregate ?f ?x)
Result<Element> read_aggregate(const Value& form, Names& names) {
  std::span<const Value> items = form.items();
  Element out{.what = Element::What::aggregate, .form = form};
  if (items[0].is_symbol("aggregate")) items = items.subspan(1);
  if (items.size() < 2 || !items[0].is(Kind::symbol) || !is_variable(items.back())) {
    return bad_find(form, "an aggregate ends with the variable it looks at, as in (count ?x).");
  }
  STELE_DO(read_aggregate_name(items[0], out, names));
  for (const Value& item : items.subspan(1, items.size() - 2)) {
    STELE_TRY(ast::Term term, read_setting(item, form, names));
    out.args.push_back(std::move(term));
  }
  if (out.aggregate) STELE_DO(check_arity(*out.aggregate, out));
  out.variable = names.variable(items.back());
  return out;
}

Result<Element> read_element(const Value& form, Names& names) {
  if (is_variable(form)) {
    return Element{.variable = names.variable(form), .form = form};
  }
  if (!form.is(Kind::list) || form.items().empty()) {
    return bad_find(form,
                    "an element of :find is a variable like ?x, an aggregate like (count ?x) "
                    "or (pull ?x pattern).");
  }
  return form.items()[0].is_symbol("pull") ? read_pull_element(form, names)
                                           : read_aggregate(form, names);
}

// Which of the four shapes is written, and the elements inside its brackets.
FindShape find_shape(std::span<const Value>& items) {
  if (items.size() == 2 && items[1].is_symbol(".")) {
    items = items.first(1);
    return FindShape::scalar;
  }
  if (items.size() != 1 || !items[0].is(Kind::vector)) return FindShape::relation;
  items = items[0].items();
  if (items.size() == 2 && items[1].is_symbol("...")) {
    items = items.first(1);
    return FindShape::collection;
  }
  return FindShape::tuple;
}

// [?a ?b] written as one vector, or its elements one after the other.
std::span<const Value> unwrapped(std::span<const Value> items) {
  return items.size() == 1 && items[0].is_sequential() ? items[0].items() : items;
}

std::string text_of(const Value& symbol) {
  return symbol.ns().empty() ? std::string(symbol.name()) : text(symbol.ns(), "/", symbol.name());
}

Error bad_order(const Value& found, std::string_view why) {
  return invalid("parser/order-by", text("Cannot order by ", show(found), ": ", why));
}

// A variable that is found as it is, or the number of a column.
Result<std::size_t> read_order_column(const Value& key, const ast::Query& query,
                                      const Names& names) {
  if (key.is(Kind::int64)) {
    if (key.as_int64() >= 0 && key.as_int64() < static_cast<std::int64_t>(query.find.size())) {
      return static_cast<std::size_t>(key.as_int64());
    }
    return bad_order(
        key, text("the columns of :find are numbered from 0 to ", query.find.size() - 1, "."));
  }
  if (!is_variable(key)) {
    return bad_order(key,
                     "keys are variables and column numbers, each with :asc or :desc behind "
                     "it or with nothing.");
  }
  const auto variable = names.find_variable(key);
  const auto at = std::find_if(query.find.begin(), query.find.end(), [&](const Element& element) {
    return element.is(Element::What::variable) && element.variable == variable;
  });
  if (at != query.find.end()) return static_cast<std::size_t>(at - query.find.begin());
  return bad_order(key, "it is no element of :find; name one that is, or a column by its number.");
}

}  // namespace

Done read_find(std::span<const Value> items, Names& names, ast::Query& query) {
  query.shape = find_shape(items);
  if (items.empty()) {
    return invalid("parser/find",
                   "A query finds something: write :find and at least one variable.");
  }
  for (const Value& item : items) {
    STELE_TRY(Element element, read_element(item, names));
    query.find.push_back(std::move(element));
  }
  return {};
}

Done read_with(std::span<const Value> items, Names& names, ast::Query& query) {
  for (const Value& item : unwrapped(items)) {
    if (!is_variable(item)) {
      return invalid("parser/with", text(":with holds variables like ?x, not ", show(item), "."));
    }
    query.with.push_back(names.variable(item));
  }
  if (!query.with.empty()) return {};
  return invalid("parser/with", ":with is empty; name variables in it, or leave it out.");
}

Done read_return_keys(std::string_view part, std::span<const Value> items, ast::Query& query) {
  const auto bad = [&](std::string_view why) {
    return invalid("parser/return-maps", text(":", part, " ", why));
  };
  if (!query.return_keys.empty()) return bad("stands beside another of :keys, :syms and :strs.");
  if (query.shape == FindShape::collection || query.shape == FindShape::scalar) {
    return bad("cannot name the elements of a collection or of a single value.");
  }
  for (const Value& item : unwrapped(items)) {
    if (!item.is(Kind::symbol)) return bad(text("holds symbols, not ", show(item), "."));
    Value key = part == "syms"   ? item
                : part == "keys" ? Value::keyword(item.ns(), item.name())
                                 : Value(text_of(item));
    if (std::find(query.return_keys.begin(), query.return_keys.end(), key) !=
        query.return_keys.end()) {
      return bad(text("names ", show(item), " twice; a map has one value under a key."));
    }
    query.return_keys.push_back(std::move(key));
  }
  if (query.return_keys.size() == query.find.size()) return {};
  return bad(text("names ", query.return_keys.size(), " elements, but :find has ",
                  query.find.size(), "."));
}

Done read_order_by(std::span<const Value> items, const Names& names, ast::Query& query) {
  if (query.shape == FindShape::tuple || query.shape == FindShape::scalar) {
    return invalid("parser/order-by", "Only several rows can be ordered: :find asks for one.");
  }
  query.order_by.clear();
  bool may_turn = false;  // a direction belongs to the key before it
  for (const Value& item : unwrapped(items)) {
    if (item.is_keyword("asc") || item.is_keyword("desc")) {
      if (!may_turn) return bad_order(item, "a direction follows the key that it is for.");
      query.order_by.back().is_descending = item.is_keyword("desc");
      may_turn = false;
      continue;
    }
    STELE_TRY(const std::size_t column, read_order_column(item, query, names));
    query.order_by.push_back({column, false});
    may_turn = true;
  }
  return {};
}

namespace ast {

std::vector<Var> variables_of_rows(const Query& query) {
  std::vector<Var> out;
  const auto add = [&](Var variable) {
    if (std::find(out.begin(), out.end(), variable) == out.end()) out.push_back(variable);
  };
  for (const FindElement& element : query.find) add(element.variable);
  for (Var variable : query.with) add(variable);
  return out;
}

bool is_set(const Query& query) {
  return query.shape == FindShape::relation && query.with.empty() && query.order_by.empty() &&
         query.return_keys.empty() &&
         std::all_of(query.find.begin(), query.find.end(), [](const FindElement& element) {
           return element.is(FindElement::What::variable);
         });
}

}  // namespace ast
}  // namespace stele::query
