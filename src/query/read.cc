#include "query/read.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::query {
namespace {

using base::text;

constexpr std::string_view kSections[] = {"find",    "with",   "in",       "where",
                                          "limit",   "offset", "order-by", "having",
                                          "timeout", "keys",   "syms",     "strs"};
constexpr std::string_view kNotYet[] = {"with",   "limit", "offset", "order-by",
                                        "having", "keys",  "syms",   "strs"};

// The content of a section, and whether it was written at all.
struct Section {
  bool given = false;
  std::vector<Value> items;
};

struct Sections {
  std::array<Section, std::size(kSections)> all;
  Section& operator[](std::string_view name) {
    return all[static_cast<std::size_t>(
        std::find(std::begin(kSections), std::end(kSections), name) - std::begin(kSections))];
  }
};

// Single-character edits between two short words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

Error unknown_section(const Value& key) {
  std::string message = text("A query has no part ", show(key), ".");
  if (key.is(Kind::keyword)) {
    const auto likely = std::min_element(
        std::begin(kSections), std::end(kSections),
        [&](auto a, auto b) { return distance(a, key.name()) < distance(b, key.name()); });
    if (distance(*likely, key.name()) <= 2) message += text(" Did you mean :", *likely, "?");
  }
  return invalid("parser/query", message);
}

bool is_section(const Value& key) {
  return key.is(Kind::keyword) && key.ns().empty() &&
         std::find(std::begin(kSections), std::end(kSections), key.name()) != std::end(kSections);
}

Done open_section(Sections& sections, const Value& key) {
  if (!is_section(key)) return unknown_section(key);
  Section& section = sections[key.name()];
  if (section.given) {
    return invalid("parser/query", text("A query has ", show(key), " twice; write it once."));
  }
  section.given = true;
  return {};
}

// [:find ?x :where …]: a keyword begins a section, which goes on to the next keyword.
Result<Sections> cut_sequence(const Value& form) {
  Sections sections;
  Section* open = nullptr;
  for (const Value& item : form.items()) {
    if (item.is(Kind::keyword)) {
      STELE_DO(open_section(sections, item));
      open = &sections[item.name()];
    } else if (open) {
      open->items.push_back(item);
    } else {
      return invalid("parser/query", text("A query begins with a keyword such as :find, not with ",
                                          show(item), " as in ", show(form), "."));
    }
  }
  return sections;
}

Result<Sections> cut_map(const Value& form) {
  Sections sections;
  for (const auto& [key, value] : form.entries()) {
    if (key.is_keyword("query") || key.is_keyword("args")) {
      return unsupported("A query wrapped in {:query … :args …}", form);
    }
    STELE_DO(open_section(sections, key));
    Section& section = sections[key.name()];
    if (value.is_sequential()) {
      section.items.assign(value.items().begin(), value.items().end());
    } else {
      section.items.push_back(value);
    }
  }
  return sections;
}

Result<Sections> cut(const Value& form) {
  Value query = form;
  if (query.is(Kind::string)) {
    STELE_TRY(query, edn::read(form.as_string()));
  }
  if (query.is(Kind::list) && query.items().size() == 2 && query.items()[0].is_symbol("quote")) {
    query = Value(query.items()[1]);
  }
  if (query.is(Kind::map)) return cut_map(query);
  if (query.is_sequential()) return cut_sequence(query);
  return invalid("parser/query", text("A query is a vector, a map or a string that holds one, not ",
                                      show(query), "."));
}

Result<ast::Var> read_find_element(const Value& element, Names& names) {
  if (is_variable(element)) return names.variable(element);
  if (element.is(Kind::list)) return unsupported("An aggregate or pull in :find", element);
  return invalid("parser/find", text("Cannot find ", show(element),
                                     ": an element of :find is a variable like ?x."));
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

Done read_find(const Section& section, Names& names, ast::Query& query) {
  std::span<const Value> items = section.items;
  query.shape = find_shape(items);
  if (items.empty()) {
    return invalid("parser/find",
                   "A query finds something: write :find and at least one variable.");
  }
  for (const Value& item : items) {
    STELE_TRY(const ast::Var variable, read_find_element(item, names));
    query.find.push_back(variable);
  }
  return {};
}

Result<ast::Input> read_input(const Value& form, Names& names) {
  ast::Input input;
  if (is_source(form)) {
    input.what = ast::Input::What::source;
    input.source = names.source(form);
    return input;
  }
  if (form.is_symbol("%")) return unsupported("A set of rules (%) in :in", form);
  if (form.is(Kind::symbol) && !is_variable(form) && !form.is_symbol("_")) {
    return unsupported("A plain symbol in :in", form);
  }
  STELE_TRY(input.binding, read_binding(form, names));
  return input;
}

Done read_inputs(const Section& section, Names& names, ast::Query& query) {
  query.default_inputs = !section.given;
  if (query.default_inputs) {
    query.inputs.push_back(
        {.what = ast::Input::What::source, .source = names.source(Value::symbol("$"))});
    return {};
  }
  for (const Value& item : section.items) {
    STELE_TRY(ast::Input input, read_input(item, names));
    query.inputs.push_back(std::move(input));
  }
  return {};
}

Done read_where(const Section& section, Names& names, ast::Query& query) {
  for (const Value& item : section.items) {
    STELE_TRY(ast::Clause clause, read_clause(item, names));
    query.where.push_back(std::move(clause));
  }
  return {};
}

Done read_timeout(const Section& section, ast::Query& query) {
  if (!section.given) return {};
  if (section.items.size() != 1 || !section.items[0].is(Kind::int64) ||
      section.items[0].as_int64() <= 0) {
    return invalid("parser/timeout", ":timeout is a positive number of milliseconds.");
  }
  query.timeout_ms = section.items[0].as_int64();
  return {};
}

}  // namespace

std::string show(const Value& form) { return edn::write_short(form); }

Error unsupported(std::string_view what, const Value& form) {
  return invalid("query/unsupported", text(what, " is not supported yet: ", show(form)));
}

bool is_variable(const Value& form) {
  return form.is(Kind::symbol) && form.ns().empty() && form.name().starts_with('?');
}

bool is_source(const Value& form) {
  return form.is(Kind::symbol) && form.ns().empty() && form.name().starts_with('$');
}

namespace {
std::uint32_t number_of(std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  const auto number = static_cast<std::uint32_t>(found - names.begin());
  if (found == names.end()) names.emplace_back(name);
  return number;
}
}  // namespace

ast::Var Names::variable(const Value& symbol) { return number_of(query_.variables, symbol.name()); }
ast::SourceId Names::source(const Value& symbol) {
  return number_of(query_.sources, symbol.name());
}

Result<ast::Query> read(const Value& form) {
  STELE_TRY(Sections sections, cut(form));
  for (std::string_view name : kNotYet) {
    if (sections[name].given) return unsupported(text("The part :", name), form);
  }
  ast::Query query;
  Names names(query);
  STELE_DO(read_inputs(sections["in"], names, query));
  STELE_DO(read_find(sections["find"], names, query));
  STELE_DO(read_where(sections["where"], names, query));
  STELE_DO(read_timeout(sections["timeout"], query));
  return query;
}

}  // namespace stele::query
