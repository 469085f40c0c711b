#include "tx/schema_check.h"

#include <algorithm>

#include "base/try.h"
#include "tx/errors.h"

namespace stele::tx {
namespace {

using base::text;
using db::Attribute;
using db::Unique;
using Facts = std::vector<std::pair<Value, Value>>;

const Value* find_fact(const Facts& facts, std::string_view attribute) {
  const auto at = std::find_if(facts.begin(), facts.end(),
                               [&](const auto& fact) { return fact.first.is_keyword(attribute); });
  return at == facts.end() ? nullptr : &at->second;
}

// With one of these an entity that has an ident is an attribute.
constexpr std::string_view kDefining[] = {"db/valueType", "db/cardinality", "db/unique",
                                          "db/index",     "db/noHistory",   "db/isComponent"};

bool is_attribute(const Facts& facts) {
  if (!find_fact(facts, "db/ident")) return false;
  return std::any_of(std::begin(kDefining), std::end(kDefining),
                     [&](std::string_view key) { return find_fact(facts, key) != nullptr; });
}

Error invalid_update(std::string_view why, std::string_view key, const Value& ident,
                     const Value& was, const Value& is) {
  const Value change = Value::vector({was, is});
  return invalid("transact/schema", text("Update not supported for these schema attributes: :", key,
                                         " of ", shown(ident), ' ', shown(change), ". ", why))
      .with("attribute", ident)
      .with("invalid-updates", Value::map({{Value::keyword(key), change}}));
}

Value type_of(const Attribute& a) {
  return a.type == db::ValueType::any ? Value() : Value::keyword(db::name(a.type));
}
Value cardinality_of(const Attribute& a) {
  return Value::keyword(a.many ? "db.cardinality/many" : "db.cardinality/one");
}
Value unique_of(const Attribute& a) {
  if (a.unique == Unique::none) return Value();
  return Value::keyword(a.unique == Unique::identity ? "db.unique/identity" : "db.unique/value");
}

// ---- One attribute, before and after

class AttributeCheck {
 public:
  AttributeCheck(Attempt& attempt, TxAttribute& a, const Attribute* before, const Attribute* after,
                 bool keeps_history)
      : attempt_(attempt),
        a_(a),
        was_declared_(before != nullptr),
        is_declared_(after != nullptr),
        was_(before ? *before : Attribute()),
        is_(after ? *after : Attribute()),
        keeps_history_(keeps_history) {}

  Done run() {
    if (was_declared_) {
      STELE_DO(check_removal());
      STELE_DO(check_type());
      STELE_DO(check_cardinality());
    }
    STELE_DO(check_unique());
    return check_index();
  }

 private:
  bool stays() const { return was_declared_ && is_declared_; }

  // Did it have facts, now or once, before this transaction?
  bool was_used() { return attempt_.base().count(a_) > 0 || attempt_.base().has_past(a_); }
  // Does it have some after it?
  bool is_used() {
    const auto count = static_cast<std::int64_t>(attempt_.base().count(a_)) + a_.facts_gained;
    const bool leaves_past = keeps_history_ && a_.ended_any && !was_.no_history;
    return count > 0 || leaves_past || attempt_.base().has_past(a_);
  }

  Done check_removal() {
    if (is_declared_ || !is_used()) return {};
    return invalid_update("The attribute has data under this name.", "db/ident", a_.ident, a_.ident,
                          Value());
  }

  Done check_type() {
    const bool differs = stays() && was_.type != db::ValueType::any && was_.type != is_.type;
    if (!differs || !is_used()) return {};
    return invalid_update("The attribute has data of the old type.", "db/valueType", a_.ident,
                          type_of(was_), type_of(is_));
  }

  Done check_cardinality() {
    if (!stays() || was_.many == is_.many) return {};
    const Value was = cardinality_of(was_);
    const Value is = cardinality_of(is_);
    if (is_.many && is_.unique != Unique::none) {
      return invalid_update("A unique attribute cannot become cardinality many.", "db/cardinality",
                            a_.ident, was, is);
    }
    if (is_.many || !attempt_.facts().has_several(a_)) return {};
    return invalid_update("Cannot narrow it: some entity has several values.", "db/cardinality",
                          a_.ident, was, is);
  }

  Done check_unique() {
    if (was_.unique != Unique::none || is_.unique == Unique::none) return {};
    const auto refuse = [&](std::string_view why) {
      return invalid_update(why, "db/unique", a_.ident, unique_of(was_), unique_of(is_));
    };
    if (stays() && is_.many)
      return refuse("An attribute of cardinality many cannot become unique.");
    if (!a_.unique_too_late && !was_used()) return {};
    return refuse("The attribute has data, which would have to be checked and indexed first.");
  }

  Done check_index() {
    if (stays() && was_.index && !is_.index) {
      return invalid_update("An index cannot be taken away.", "db/index", a_.ident, Value(true),
                            Value());
    }
    const bool adds = is_.index && !was_.index;
    if (!adds && was_.indexed() == is_.indexed()) return {};
    if (!was_used()) return {};
    if (is_.indexed()) {
      return invalid_update("The attribute has data, which would have to be indexed first.",
                            "db/index", a_.ident, Value(was_.index), Value(is_.index));
    }
    return unsupported("taking an attribute with data out of the index", a_.ident);
  }

  Attempt& attempt_;
  TxAttribute& a_;
  bool was_declared_;
  bool is_declared_;
  Attribute was_;
  Attribute is_;
  bool keeps_history_;
};

// ---- One entity

Done check_entity(const Facts& facts, bool is_strict) {
  if (!is_attribute(facts)) return {};
  const Value& ident = *find_fact(facts, "db/ident");
  const Value* type = find_fact(facts, "db/valueType");
  const Value* component = find_fact(facts, "db/isComponent");
  if (component && *component == Value(true) && (!type || !type->is_keyword("db.type/ref"))) {
    return invalid("schema/validation",
                   text("Bad attribute specification for ", shown(ident),
                        ": {:db/isComponent true} should also have {:db/valueType :db.type/ref}"))
        .with("attribute", ident);
  }
  if (!is_strict || (type && find_fact(facts, "db/cardinality"))) return {};
  return invalid("transact/schema",
                 text("Invalid schema state for ", shown(ident),
                      " after transaction. Incomplete "
                      "schema transaction attributes, expected :db/ident, :db/valueType and "
                      ":db/cardinality"))
      .with("attribute", ident);
}

void add_ident(std::vector<Value>& idents, const Facts& facts) {
  if (const Value* ident = find_fact(facts, "db/ident")) idents.push_back(*ident);
}

void keep_distinct(std::vector<Value>& idents) {
  const auto before = [](const Value& x, const Value& y) { return compare(x, y) < 0; };
  std::sort(idents.begin(), idents.end(), before);
  idents.erase(std::unique(idents.begin(), idents.end()), idents.end());
}

std::vector<EntityId> touched_entities(std::span<const format::Change> changes) {
  std::vector<EntityId> out;
  for (const auto& change : changes) out.push_back(change.e);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

Done check_schema(Attempt& attempt, bool is_strict, bool keeps_history) {
  Attributes& attributes = attempt.attributes();
  if (attributes.schema_changes().empty()) return {};
  const db::Schema& before = attributes.before();
  const db::SchemaPtr after = attributes.schema_after();
  std::vector<Value> idents;
  for (const EntityId e : touched_entities(attributes.schema_changes())) {
    const Facts facts = after->facts_of(e);
    STELE_DO(check_entity(facts, is_strict));
    add_ident(idents, before.facts_of(e));
    add_ident(idents, facts);
  }
  keep_distinct(idents);
  for (const Value& ident : idents) {
    const Attribute* was = before.find(ident);
    const Attribute* is = after->find(ident);
    if (!was && !is) continue;  // an entity with a name
    AttributeCheck check(attempt, *attributes.of(ident), was, is, keeps_history);
    STELE_DO(check.run());
  }
  return {};
}

}  // namespace stele::tx
