#include "db/schema.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/hash.h"
#include "base/text.h"
#include "db/persistent_map.h"

namespace stele::db {
namespace {

using Fact = std::pair<Value, Value>;  // attribute, value
using Facts = std::vector<Fact>;       // of one entity, ascending
using FactsPtr = std::shared_ptr<const Facts>;
using AttributePtr = std::shared_ptr<const Attribute>;

struct HashOfId {
  std::uint64_t operator()(EntityId e) const { return base::mix(0, e); }
};
struct HashOfValue {
  std::uint64_t operator()(const Value& value) const { return hash(value); }
};

// ---- Words -------------------------------------------------------------------------------------

constexpr std::array<std::pair<ValueType, std::string_view>, 18> kTypeNames = {{
    {ValueType::any, "db.type/any"},
    {ValueType::string, "db.type/string"},
    {ValueType::boolean, "db.type/boolean"},
    {ValueType::int64, "db.type/long"},
    {ValueType::bigint, "db.type/bigint"},
    {ValueType::float64, "db.type/double"},
    {ValueType::float32, "db.type/float"},
    {ValueType::number, "db.type/number"},
    {ValueType::bigdec, "db.type/bigdec"},
    {ValueType::instant, "db.type/instant"},
    {ValueType::keyword, "db.type/keyword"},
    {ValueType::symbol, "db.type/symbol"},
    {ValueType::uuid, "db.type/uuid"},
    {ValueType::ref, "db.type/ref"},
    {ValueType::bytes, "db.type/bytes"},
    {ValueType::float_array, "db.type/float-array"},
    {ValueType::double_array, "db.type/double-array"},
    {ValueType::tuple, "db.type/tuple"},
}};
constexpr std::string_view kStoreRef = "db.type/store-ref";

// An entity with an ident and one of these is an attribute. [D-121]
constexpr std::string_view kDefining[] = {
    "db/valueType",  "db/cardinality", "db/unique",     "db/index",       "db/noHistory",
    "db/tupleAttrs", "db/tupleType",   "db/tupleTypes", "db/isComponent",
};
// These make schema, too, but do not make an attribute of an entity.
constexpr std::string_view kDescribing[] = {"db/ident", "db/doc", "db/maxLength", "db.attr/preds"};

bool is_one_of(const Value& attribute, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return attribute.is_keyword(name); });
}

// What every database knows without being told. [D-92]
struct Implicit {
  std::string_view ident;
  ValueType type;
  bool many = false;
  Unique unique = Unique::none;
  bool index = false;
  bool no_history = false;
};
constexpr Implicit kImplicit[] = {
    {.ident = "db/ident", .type = ValueType::keyword, .unique = Unique::identity},
    {.ident = "db/valueType", .type = ValueType::keyword},
    {.ident = "db/cardinality", .type = ValueType::keyword},
    {.ident = "db/unique", .type = ValueType::keyword},
    {.ident = "db/index", .type = ValueType::boolean},
    {.ident = "db/noHistory", .type = ValueType::boolean},
    {.ident = "db/isComponent", .type = ValueType::boolean},
    {.ident = "db/doc", .type = ValueType::string},
    {.ident = "db/maxLength", .type = ValueType::int64},
    {.ident = "db/tupleType", .type = ValueType::keyword},
    {.ident = "db/tupleTypes", .type = ValueType::tuple},
    {.ident = "db/tupleAttrs", .type = ValueType::tuple},
    // As-of by date looks transactions up by it. [D-52]
    {.ident = "db/txInstant", .type = ValueType::instant, .index = true, .no_history = true},
    {.ident = "db.valid/from", .type = ValueType::instant, .index = true},
    {.ident = "db.valid/to", .type = ValueType::instant, .index = true},
    {.ident = "db.entity/attrs", .type = ValueType::keyword, .many = true},
    {.ident = "db.entity/preds", .type = ValueType::symbol, .many = true},
    {.ident = "db.attr/preds", .type = ValueType::symbol, .many = true},
    {.ident = "db/ensure", .type = ValueType::keyword, .many = true},
    {.ident = "db/noCommit", .type = ValueType::boolean},
    {.ident = "db/retracted", .type = ValueType::any},
    {.ident = "dh.ref/db", .type = ValueType::any},
    {.ident = "dh.ref/attr", .type = ValueType::keyword},
    {.ident = "dh.ref/value", .type = ValueType::any},
    {.ident = "dh.ref/temporal", .type = ValueType::any},
    {.ident = "dh.ref/type", .type = ValueType::any},
};

Attribute attribute_of(const Implicit& implicit) {
  return {.ident = Value::keyword(implicit.ident),
          .type = implicit.type,
          .many = implicit.many,
          .unique = implicit.unique,
          .index = implicit.index,
          .no_history = implicit.no_history,
          .system = true};
}

// ---- Facts of one entity -----------------------------------------------------------------------

bool fact_before(const Fact& x, const Fact& y) {
  const int order = compare(x.first, y.first);
  return order != 0 ? order < 0 : compare(x.second, y.second) < 0;
}

void change_fact(Facts& facts, const format::Change& change) {
  Fact fact{change.a, change.v};
  auto at = std::lower_bound(facts.begin(), facts.end(), fact, fact_before);
  const bool there = at != facts.end() && !fact_before(fact, *at);
  if (change.added && !there) facts.insert(at, std::move(fact));
  if (!change.added && there) facts.erase(at);
}

const Value* find_fact(const Facts& facts, std::string_view attribute) {
  for (const Fact& fact : facts) {
    if (fact.first.is_keyword(attribute)) return &fact.second;
  }
  return nullptr;
}

bool has_flag(const Facts& facts, std::string_view attribute) {
  const Value* value = find_fact(facts, attribute);
  return value != nullptr && value->is(Kind::boolean) && value->as_bool();
}

bool has_keyword(const Facts& facts, std::string_view attribute, std::string_view keyword) {
  const Value* value = find_fact(facts, attribute);
  return value != nullptr && value->is_keyword(keyword);
}

bool declares_attribute(const Facts& facts) {
  return std::any_of(facts.begin(), facts.end(),
                     [](const Fact& fact) { return is_one_of(fact.first, kDefining); });
}

Unique unique_of(const Facts& facts) {
  if (has_keyword(facts, "db/unique", "db.unique/identity")) return Unique::identity;
  if (has_keyword(facts, "db/unique", "db.unique/value")) return Unique::value;
  return Unique::none;
}

std::optional<std::int64_t> number_of(const Facts& facts, std::string_view attribute) {
  const Value* value = find_fact(facts, attribute);
  if (value == nullptr || !value->is(Kind::int64)) return std::nullopt;
  return value->as_int64();
}

Attribute attribute_of(EntityId e, const Value& ident, const Facts& facts) {
  const Value* type = find_fact(facts, "db/valueType");
  return {.ident = ident,
          .id = e,
          .type = type ? value_type_of(*type).value_or(ValueType::any) : ValueType::any,
          .many = has_keyword(facts, "db/cardinality", "db.cardinality/many"),
          .unique = unique_of(facts),
          .index = has_flag(facts, "db/index"),
          .component = has_flag(facts, "db/isComponent"),
          .no_history = has_flag(facts, "db/noHistory"),
          .max_length = number_of(facts, "db/maxLength")};
}

// {:db/id 7, :db/ident :name, …}; what has several values has a set of them. [D-93]
Value entry_of(EntityId e, const Facts& facts) {
  std::vector<Value::Entry> entries = {{Value::keyword("db/id"), Value(e)}};
  for (std::size_t i = 0, end = 0; i < facts.size(); i = end) {
    std::vector<Value> values;
    for (end = i; end < facts.size() && facts[end].first == facts[i].first; ++end) {
      values.push_back(facts[end].second);
    }
    const bool many = facts[i].first.is_keyword("db.attr/preds");
    entries.emplace_back(facts[i].first, many ? Value::set(std::move(values)) : values[0]);
  }
  return Value::map(std::move(entries));
}

}  // namespace

std::string_view name(ValueType type) {
  for (const auto& [known, text] : kTypeNames) {
    if (known == type) return text;
  }
  return kStoreRef;
}

std::optional<ValueType> value_type_of(const Value& keyword) {
  for (const auto& [type, text] : kTypeNames) {
    if (type != ValueType::any && keyword.is_keyword(text)) return type;
  }
  if (keyword.is_keyword(kStoreRef)) return ValueType::store_ref;
  return std::nullopt;
}

// ---- Tables ------------------------------------------------------------------------------------

struct Schema::Tables {
  PersistentMap<EntityId, FactsPtr, HashOfId> entities;
  // Derived from `entities`, and in `attributes` the implicit ones besides.
  PersistentMap<Value, EntityId, HashOfValue> idents;
  PersistentMap<Value, AttributePtr, HashOfValue> attributes;

  const Facts* facts_of(EntityId e) const {
    const FactsPtr* facts = entities.find(e);
    return facts ? facts->get() : nullptr;
  }
  // Takes back what follows from the facts of `e`.
  void withdraw(EntityId e);
  // Gives `e` these facts and derives what follows from them.
  void declare(EntityId e, Facts facts);
};

void Schema::Tables::withdraw(EntityId e) {
  const Facts* facts = facts_of(e);
  const Value* ident = facts ? find_fact(*facts, "db/ident") : nullptr;
  if (!ident) return;
  if (const EntityId* owner = idents.find(*ident); owner && *owner == e) {
    idents = idents.without(*ident);
  }
  if (const AttributePtr* attribute = attributes.find(*ident); attribute && (*attribute)->id == e) {
    attributes = attributes.without(*ident);
  }
}

void Schema::Tables::declare(EntityId e, Facts facts) {
  if (facts.empty()) {
    entities = entities.without(e);
    return;
  }
  const auto kept = std::make_shared<const Facts>(std::move(facts));
  entities = entities.with(e, kept);
  const Value* ident = find_fact(*kept, "db/ident");
  if (!ident) return;
  idents = idents.with(*ident, e);
  // An implicit attribute is what it is, whatever anyone says about its name.
  const AttributePtr* known = attributes.find(*ident);
  if (!declares_attribute(*kept) || (known && (*known)->system)) return;
  attributes =
      attributes.with(*ident, std::make_shared<const Attribute>(attribute_of(e, *ident, *kept)));
}

Schema::Schema(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}
Schema::~Schema() = default;

SchemaPtr Schema::initial(const format::Config&) {
  static const std::shared_ptr<const Tables> tables = [] {
    auto made = std::make_shared<Tables>();
    for (const Implicit& implicit : kImplicit) {
      auto attribute = std::make_shared<const Attribute>(attribute_of(implicit));
      made->attributes = made->attributes.with(attribute->ident, attribute);
    }
    return made;
  }();
  return SchemaPtr(new Schema(tables));
}

bool Schema::concerns_schema(const Value& attribute) {
  if (!attribute.is(Kind::keyword) || !attribute.ns().starts_with("db")) return false;
  return is_one_of(attribute, kDefining) || is_one_of(attribute, kDescribing);
}

// ---- Following transactions --------------------------------------------------------------------

namespace {

// The entities whose schema facts change, with those facts as they become.
using Touched = std::map<EntityId, Facts>;

template <typename FactsOf>
Touched touch(std::span<const format::Change> changes, const FactsOf& facts_of) {
  Touched touched;
  auto change_entity = [&](const format::Change& change) {
    auto [at, is_new] = touched.try_emplace(change.e);
    const Facts* before = is_new ? facts_of(change.e) : nullptr;
    if (before) at->second = *before;
    change_fact(at->second, change);
  };
  std::vector<const format::Change*> docs;
  for (const format::Change& change : changes) {
    if (!Schema::concerns_schema(change.a)) continue;
    if (change.a.is_keyword("db/doc")) {
      docs.push_back(&change);
    } else {
      change_entity(change);
    }
  }
  // Docs come last: only now is it known whose are of interest.
  for (const format::Change* doc : docs) {
    if (touched.contains(doc->e) || facts_of(doc->e)) change_entity(*doc);
  }
  return touched;
}

}  // namespace

SchemaPtr Schema::apply(std::span<const format::Change> changes) const {
  Touched touched = touch(changes, [&](EntityId e) { return tables_->facts_of(e); });
  std::erase_if(touched, [&](const auto& entity) {
    const Facts* before = tables_->facts_of(entity.first);
    return before ? *before == entity.second : entity.second.empty();
  });
  if (touched.empty()) return shared_from_this();
  auto after = std::make_shared<Tables>(*tables_);
  // First all withdrawals: an ident may have moved from one entity to another.
  for (const auto& entity : touched) after->withdraw(entity.first);
  for (auto& [e, facts] : touched) after->declare(e, std::move(facts));
  return SchemaPtr(new Schema(std::move(after)));
}

// ---- At rest -----------------------------------------------------------------------------------
//
// A map from entity id to a vector of its facts: {7 [:db/ident :name :db/valueType …]}.

base::Bytes Schema::write() const {
  std::vector<Value::Entry> entries;
  tables_->entities.for_each([&](EntityId e, const FactsPtr& facts) {
    std::vector<Value> flat;
    for (const Fact& fact : *facts) {
      flat.push_back(fact.first);
      flat.push_back(fact.second);
    }
    entries.emplace_back(Value(e), Value::vector(std::move(flat)));
  });
  base::Bytes out;
  value::write_value(Value::map(std::move(entries)), out);
  return out;
}

namespace {

Error schema_corrupt(std::string_view what) {
  return corrupt("schema/corrupt", base::text("The stored schema cannot be read: ", what, "."));
}

Result<Facts> read_facts(const Value& flat) {
  if (!flat.is(Kind::vector) || flat.items().size() % 2 != 0) {
    return schema_corrupt("an entity's facts are no pairs");
  }
  const auto items = flat.items();
  Facts facts;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (!Schema::concerns_schema(items[i])) return schema_corrupt("a fact is not about schema");
    facts.emplace_back(items[i], items[i + 1]);
    if (i > 0 && !fact_before(facts[i / 2 - 1], facts[i / 2])) {
      return schema_corrupt("facts are out of order");
    }
  }
  return facts;
}

}  // namespace

Result<SchemaPtr> Schema::read(const format::Config& config, base::ByteView bytes) {
  if (bytes.empty()) return initial(config);
  base::ByteReader in(bytes);
  const Value stored = value::read_value(in);
  if (!in.ok() || in.left() != 0) return schema_corrupt("its bytes are malformed");
  if (!stored.is(Kind::map)) return schema_corrupt("it is no map");
  auto tables = std::make_shared<Tables>(*initial(config)->tables_);
  for (const auto& [e, flat] : stored.entries()) {
    if (!e.is(Kind::int64) || e.as_int64() <= 0) return schema_corrupt("an entity is no id");
    auto facts = read_facts(flat);
    if (!facts.ok()) return std::move(facts).error();
    tables->declare(static_cast<EntityId>(e.as_int64()), *std::move(facts));
  }
  return SchemaPtr(new Schema(std::move(tables)));
}

// ---- Looking up --------------------------------------------------------------------------------

const Attribute* Schema::find(const Value& ident) const {
  const AttributePtr* found = tables_->attributes.find(ident);
  return found ? found->get() : nullptr;
}

std::optional<EntityId> Schema::entity_of(const Value& ident) const {
  const EntityId* found = tables_->idents.find(ident);
  return found ? std::optional(*found) : std::nullopt;
}

std::vector<std::pair<Value, Value>> Schema::facts_of(EntityId e) const {
  const Facts* facts = tables_->facts_of(e);
  return facts ? *facts : Facts();
}

std::vector<const Attribute*> Schema::user_attributes() const {
  std::vector<const Attribute*> found;
  tables_->attributes.for_each([&](const Value&, const AttributePtr& attribute) {
    if (!attribute->system) found.push_back(attribute.get());
  });
  std::sort(found.begin(), found.end(),
            [](auto* x, auto* y) { return compare(x->ident, y->ident) < 0; });
  return found;
}

Value Schema::to_value() const {
  std::vector<Value::Entry> entries;
  for (const Attribute* attribute : user_attributes()) {
    entries.emplace_back(attribute->ident,
                         entry_of(attribute->id, *tables_->facts_of(attribute->id)));
  }
  return Value::map(std::move(entries));
}

namespace {

// The groups of the reverse schema and who belongs to them. [D-93]
struct Property {
  std::string_view name;
  bool (*has)(const Attribute&);
};
constexpr Property kProperties[] = {
    {"db/ident", [](const Attribute&) { return true; }},
    {"db/index", [](const Attribute& a) { return a.indexed(); }},
    {"db/unique", [](const Attribute& a) { return a.unique != Unique::none; }},
    {"db.unique/identity", [](const Attribute& a) { return a.unique == Unique::identity; }},
    {"db.unique/value", [](const Attribute& a) { return a.unique == Unique::value; }},
    {"db.cardinality/many", [](const Attribute& a) { return a.many; }},
    {"db.type/ref", [](const Attribute& a) { return a.is_ref(); }},
    {"db.type/tuple", [](const Attribute& a) { return a.type == ValueType::tuple; }},
    {"db/isComponent", [](const Attribute& a) { return a.component; }},
    {"db/noHistory", [](const Attribute& a) { return a.no_history; }},
};

}  // namespace

Value Schema::to_reverse_value() const {
  std::vector<Value::Entry> entries;
  const auto attributes = user_attributes();
  for (const Property& property : kProperties) {
    std::vector<Value> group;
    for (const Attribute* attribute : attributes) {
      if (property.has(*attribute)) group.push_back(attribute->ident);
    }
    if (group.empty()) continue;
    entries.emplace_back(Value::keyword(property.name), Value::set(std::move(group)));
  }
  return Value::map(std::move(entries));
}

}  // namespace stele::db
