// The model's schema: what facts declare, and whether a transaction's result can stand. [D-120,
// D-121]
#include <algorithm>

#include "tx/model_testing.h"

namespace stele::tx {
namespace {

struct System {
  const char* ident;
  const char* type;
};
constexpr System kSystem[] = {{"db/ident", "keyword"},       {"db/valueType", "keyword"},
                              {"db/cardinality", "keyword"}, {"db/unique", "keyword"},
                              {"db/index", "boolean"},       {"db/noHistory", "boolean"},
                              {"db/isComponent", "boolean"}, {"db/doc", "string"},
                              {"db/maxLength", "long"},      {"db/txInstant", "instant"}};
constexpr const char* kDefining[] = {"db/valueType", "db/cardinality", "db/unique",
                                     "db/index",     "db/noHistory",   "db/isComponent"};

bool is_schema(const Value& a) {
  return !a.is_keyword("db/txInstant") &&
         std::any_of(std::begin(kSystem), std::end(kSystem),
                     [&](const System& each) { return a.is_keyword(each.ident); });
}

const Value* value_in(const std::vector<Model::Fact>& facts, EntityId e, const char* a) {
  for (const Model::Fact& fact : facts) {
    if (fact.e == e && fact.a.is_keyword(a)) return &fact.v;
  }
  return nullptr;
}

std::string name_in(const std::vector<Model::Fact>& facts, EntityId e, const char* a) {
  const Value* v = value_in(facts, e, a);
  return v ? std::string(v->name()) : "";
}

bool flag_in(const std::vector<Model::Fact>& facts, EntityId e, const char* a) {
  const Value* v = value_in(facts, e, a);
  return v && *v == Value(true);
}

bool declares(const std::vector<Model::Fact>& facts, EntityId e) {
  return value_in(facts, e, "db/ident") &&
         std::any_of(std::begin(kDefining), std::end(kDefining),
                     [&](const char* key) { return value_in(facts, e, key) != nullptr; });
}

std::size_t count_of(const std::vector<Model::Fact>& facts, const Value& a) {
  return static_cast<std::size_t>(std::count_if(
      facts.begin(), facts.end(), [&](const Model::Fact& fact) { return fact.a == a; }));
}

}  // namespace

Model::Attribute Model::attribute_in(const std::vector<Fact>& facts, const Value& a) {
  for (const System& each : kSystem) {
    if (!a.is_keyword(each.ident)) continue;
    Attribute system{.is_declared = true, .is_system = true, .type = each.type};
    if (a.is_keyword("db/ident")) system.unique = "identity";
    if (a.is_keyword("db/txInstant")) system.index = system.no_history = true;
    return system;
  }
  for (const Fact& fact : facts) {
    if (!fact.a.is_keyword("db/ident") || !(fact.v == a) || !declares(facts, fact.e)) continue;
    const EntityId e = fact.e;
    Attribute is{.is_declared = true,
                 .type = name_in(facts, e, "db/valueType"),
                 .many = name_in(facts, e, "db/cardinality") == "many",
                 .unique = name_in(facts, e, "db/unique"),
                 .index = flag_in(facts, e, "db/index"),
                 .is_component = flag_in(facts, e, "db/isComponent"),
                 .no_history = flag_in(facts, e, "db/noHistory")};
    if (const Value* length = value_in(facts, e, "db/maxLength")) {
      is.max_length = length->as_int64();
    }
    return is;
  }
  return {};
}

Model::Code Model::check_usable(const Value& a) const {
  const bool is_needed = !config_.schema_on_read || a.ns() == "db";
  return attribute(a).is_declared || !is_needed ? std::nullopt : Code("transact/schema");
}

Model::Code Model::check_type(const Value& a, const Value& v) const {
  const Attribute is = attribute(a);
  if (config_.schema_on_read && !is.is_system) return std::nullopt;
  const bool fits = (is.type == "string" && v.is(Kind::string)) ||
                    ((is.type == "long" || is.type == "ref") && v.is(Kind::int64)) ||
                    (is.type == "keyword" && v.is(Kind::keyword)) ||
                    (is.type == "boolean" && v.is(Kind::boolean)) ||
                    (is.type == "instant" && v.is(Kind::instant));
  return fits ? std::nullopt : Code("transact/schema");
}

// First each entity whose schema facts were touched, then each attribute that they name.
Model::Code Model::check_schema(const std::vector<Fact>& before) const {
  std::set<EntityId> touched;
  for (const Datom& d : changes_) {
    if (is_schema(d.a)) touched.insert(d.e);
  }
  const auto less = [](const Value& x, const Value& y) { return compare(x, y) < 0; };
  std::set<Value, decltype(less)> idents(less);
  for (const EntityId e : touched) {
    for (const auto* facts : {&before, &facts_}) {
      if (const Value* ident = value_in(*facts, e, "db/ident")) idents.insert(*ident);
    }
    if (!declares(facts_, e)) continue;
    const bool is_ref = name_in(facts_, e, "db/valueType") == "ref";
    if (flag_in(facts_, e, "db/isComponent") && !is_ref) return "schema/validation";
    const bool is_whole =
        value_in(facts_, e, "db/valueType") && value_in(facts_, e, "db/cardinality");
    if (!config_.schema_on_read && !is_whole) return "transact/schema";
  }
  for (const Value& ident : idents) {
    const Attribute was = attribute_in(before, ident);
    const Attribute is = attribute_in(facts_, ident);
    if (!was.is_declared && !is.is_declared) continue;
    if (const Code code = check_attribute(ident, was, is, before)) return code;
  }
  return std::nullopt;
}

Model::Code Model::check_attribute(const Value& ident, const Attribute& was, const Attribute& is,
                                   const std::vector<Fact>& before) const {
  const bool stays = was.is_declared && is.is_declared;
  const bool had_past = count_of(past_, ident) > 0;
  const bool was_used = count_of(before, ident) > 0 || had_past;
  const bool leaves_past = config_.keep_history && !was.no_history && count_of(ended_, ident) > 0;
  const bool is_used = count_of(facts_, ident) > 0 || leaves_past || had_past;
  if (was.is_declared && !is.is_declared && is_used) return "transact/schema";
  if (stays && !was.type.empty() && was.type != is.type && is_used) return "transact/schema";
  if (stays && was.many != is.many) {
    if (is.many && is.is_unique()) return "transact/schema";
    for (const Fact& fact : facts_) {
      const bool has_several = fact.a == ident && facts_of(fact.e, ident).size() > 1;
      if (!is.many && has_several) return "transact/schema";
    }
  }
  if (!was.is_unique() && is.is_unique()) {
    const bool too_late = std::find(not_unique_then_.begin(), not_unique_then_.end(), ident) !=
                          not_unique_then_.end();
    if ((stays && is.many) || too_late || was_used) return "transact/schema";
  }
  if (stays && was.index && !is.index) return "transact/schema";
  const bool gains = (is.index && !was.index) || (is.is_indexed() && !was.is_indexed());
  if (gains && was_used) return "transact/schema";
  const bool loses = was.is_indexed() && !is.is_indexed();
  return loses && was_used ? Code("transact/unsupported") : std::nullopt;
}

}  // namespace stele::tx
