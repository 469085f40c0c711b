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
// What may stand beside a query in {:query … :args […]}.
constexpr std::string_view kOptions[] = {"limit", "offset", "order-by", "timeout"};
constexpr std::string_view kOptionsNotYet[] = {"stats?", "cancel", "settings", "count-fns?"};

// The content of a section, and whether it was written at all.
struct Section {
  bool given = false;
  std::vector<Value> items;
};

struct Sections {
  std::array<Section, std::size(kSections)> all;
  std::optional<std::vector<Value>> args;  // of {:query … :args […]}

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
    const bool is_direction = item.is_keyword("asc") || item.is_keyword("desc");
    if (is_direction && open == &sections["order-by"]) {
      open->items.push_back(item);
    } else if (item.is(Kind::keyword)) {
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

Section section_of(const Value& value) {
  Section section{true, {}};
  if (value.is_sequential()) {
    section.items.assign(value.items().begin(), value.items().end());
  } else {
    section.items.push_back(value);
  }
  return section;
}

Result<Sections> cut_map(const Value& form) {
  Sections sections;
  for (const auto& [key, value] : form.entries()) {
    STELE_DO(open_section(sections, key));
    sections[key.name()] = section_of(value);
  }
  return sections;
}

Result<Sections> cut(const Value& form);

bool is_one_of(std::span<const std::string_view> names, const Value& key) {
  return key.is(Kind::keyword) && key.ns().empty() &&
         std::find(names.begin(), names.end(), key.name()) != names.end();
}

Done take_option(const Value& key, const Value& value, const Value& form, Sections& sections) {
  if (key.is_keyword("query")) return {};
  if (key.is_keyword("args")) {
    if (!value.is_sequential()) {
      return invalid("query/inputs", text(":args is a vector of inputs, not ", show(value), "."));
    }
    sections.args.emplace(value.items().begin(), value.items().end());
    return {};
  }
  if (is_one_of(kOptions, key)) {
    sections[key.name()] = section_of(value);
    return {};
  }
  if (is_one_of(kOptionsNotYet, key)) return unsupported(text("The option ", show(key)), form);
  return invalid("parser/query",
                 text("Beside :query there may be :args, :limit, :offset, :order-by "
                      "and :timeout, not ",
                      show(key), "."));
}

// {:query … :args […] :limit …}: the options win over the query's own.
Result<Sections> cut_wrapped(const Value& query, const Value& form) {
  STELE_TRY(Sections sections, cut(query));
  for (const auto& [key, value] : form.entries()) {
    STELE_DO(take_option(key, value, form, sections));
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
  if (query.is(Kind::map)) {
    if (const Value* inner = query.find_keyword("query")) return cut_wrapped(*inner, query);
    return cut_map(query);
  }
  if (query.is_sequential()) return cut_sequence(query);
  return invalid("parser/query", text("A query is a vector, a map or a string that holds one, not ",
                                      show(query), "."));
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
    input.binding = {
        .what = ast::Binding::What::variable, .variable = names.variable(form), .form = form};
    return input;
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

// The number that a section holds; nil and a section that is not there: nullopt.
Result<std::optional<std::int64_t>> read_number(std::string_view name, const Section& section) {
  if (!section.given) return std::optional<std::int64_t>();
  if (section.items.size() == 1 && section.items[0].is_nil()) return std::optional<std::int64_t>();
  if (section.items.size() == 1 && section.items[0].is(Kind::int64)) {
    return std::optional(section.items[0].as_int64());
  }
  return invalid(text("parser/", name),
                 text(":", name, " is a whole number",
                      name == "timeout" ? " of milliseconds" : " of rows", ", or nil."));
}

// Negative numbers are as good as none.
Done read_page(Sections& sections, ast::Query& query) {
  STELE_TRY(const auto limit, read_number("limit", sections["limit"]));
  STELE_TRY(const auto offset, read_number("offset", sections["offset"]));
  if (limit && *limit >= 0) query.limit = static_cast<std::uint64_t>(*limit);
  if (offset && *offset > 0) query.offset = static_cast<std::uint64_t>(*offset);
  return {};
}

Done read_timeout(const Section& section, ast::Query& query) {
  STELE_TRY(const auto ms, read_number("timeout", section));
  if (ms && *ms <= 0) {
    return invalid("parser/timeout", ":timeout is a positive number of milliseconds.");
  }
  query.timeout_ms = ms.value_or(0);
  return {};
}

Done read_shape(Sections& sections, Names& names, ast::Query& query) {
  STELE_DO(read_find(sections["find"].items, names, query));
  if (sections["with"].given) STELE_DO(read_with(sections["with"].items, names, query));
  for (std::string_view part : {"keys", "syms", "strs"}) {
    if (sections[part].given) STELE_DO(read_return_keys(part, sections[part].items, query));
  }
  const std::vector<Value>& order = sections["order-by"].items;
  if (order.size() == 1 && order[0].is_nil()) return {};
  return sections["order-by"].given ? read_order_by(order, names, query) : Done();
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

ast::Var Names::variable(const Value& symbol) {
  std::vector<ast::Var>& scope = scopes_.back();
  for (ast::Var variable : scope) {
    if (query_.variables[variable] == symbol.name()) return variable;
  }
  scope.push_back(static_cast<ast::Var>(query_.variables.size()));
  query_.variables.emplace_back(symbol.name());
  return scope.back();
}

ast::SourceId Names::source(const Value& symbol) {
  std::vector<std::string>& names = query_.sources;
  const auto found = std::find(names.begin(), names.end(), symbol.name());
  const auto number = static_cast<ast::SourceId>(found - names.begin());
  if (found == names.end()) names.emplace_back(symbol.name());
  return number;
}

std::optional<ast::Var> Names::find_variable(const Value& symbol) const {
  if (!symbol.ns().empty()) return std::nullopt;
  for (ast::Var variable : scopes_.back()) {
    if (query_.variables[variable] == symbol.name()) return variable;
  }
  return std::nullopt;
}

ast::SourceId Names::default_source() {
  return default_source_ ? *default_source_ : source(Value::symbol("$"));
}

Names::Scope::Scope(Names& names, const std::vector<ast::Var>& seen) : names_(names) {
  names.scopes_.push_back(seen);
}

Result<ast::Query> read(const Value& form) {
  STELE_TRY(Sections sections, cut(form));
  if (sections["having"].given) return unsupported("The part :having", form);
  ast::Query query;
  Names names(query);
  STELE_DO(read_inputs(sections["in"], names, query));
  STELE_DO(read_shape(sections, names, query));
  STELE_DO(read_where(sections["where"], names, query));
  query.args = std::move(sections.args);
  STELE_DO(read_page(sections, query));
  STELE_DO(read_timeout(sections["timeout"], query));
  return query;
}

}  // namespace stele::query
