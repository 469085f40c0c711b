#include "tx/model_testing.h"

#include <algorithm>

namespace stele::tx {
namespace {

constexpr const char* kRestart = "restart";

bool is_collection(const Value& v) { return v.is_sequential() || v.is(Kind::set); }

std::string text_of(const Value& a) {
  return a.ns().empty() ? std::string(a.name()) : std::string(a.ns()) + "/" + std::string(a.name());
}

bool is_reverse(const Value& a) { return a.name().starts_with('_'); }
Value forward_of(const Value& a) { return Value::keyword(a.ns(), a.name().substr(1)); }

}  // namespace

Model::Model(std::map<std::string, Attribute> schema, const Db& db)
    : schema_(std::move(schema)), max_eid_(db.max_eid()), max_tx_(db.max_tx()) {
  for (const Datom& d : db.datoms(IndexOrder::eavt).value())
    facts_.push_back({d.e, d.a, d.v, d.tx});
}

const Model::Attribute* Model::attribute(const Value& a) const {
  const auto at = schema_.find(text_of(a));
  return at == schema_.end() ? nullptr : &at->second;
}

std::optional<std::string> Model::transact(const Value& items) {
  const Model before = *this;
  group_.clear();
  bound_.clear();
  for (;;) {
    facts_ = before.facts_;
    past_ = before.past_;
    max_eid_ = before.max_eid_;
    max_tx_ = before.max_tx_ + 1;
    tempids_.clear();
    made_by_.clear();
    reserved_ = 0;
    maps_ = 0;
    const Code code = run(items);
    if (!code) return std::nullopt;
    if (*code == kRestart) continue;
    *this = before;
    return code;
  }
}

Model::Code Model::run(const Value& items) {
  reserve(items);
  for (const Value& item : items.items()) {
    const Code code = item.is(Kind::map) ? run_map(item) : run_vector(item);
    if (code) return code;
  }
  return std::nullopt;
}

// ---- Ids

void Model::reserve_value(const Value& a, const Value& v) {
  const Attribute* known = attribute(a);
  if (!a.is_keyword("db/id") && !is_reverse(a) && !(known && known->is_ref)) return;
  std::vector<Value> values = {v};
  if (is_collection(v)) values.assign(v.items().begin(), v.items().end());
  for (const Value& one : values) {
    if (!one.is(Kind::int64) || one.as_int64() <= 0) continue;
    const auto e = static_cast<EntityId>(one.as_int64());
    if (e < kTx0) reserved_ = std::max(reserved_, e);
  }
}

void Model::reserve(const Value& items) {
  for (const Value& item : items.items()) {
    if (item.is(Kind::map)) {
      for (const auto& [key, v] : item.entries()) reserve_value(key, v);
    } else if (item.items()[0].is_keyword("db/add")) {
      reserve_value(Value::keyword("db/id"), item.items()[1]);
      reserve_value(item.items()[2], item.items()[3]);
    }
  }
}

EntityId Model::entity_of(const std::string& name) {
  const auto group = group_.find(name);
  const std::string key = group == group_.end() ? name : group->second;
  const auto bound = bound_.find(key);
  EntityId e = bound != bound_.end() ? bound->second : 0;
  if (const auto at = tempids_.find(name); e == 0 && at != tempids_.end()) e = at->second;
  if (const auto at = tempids_.find("group " + key); e == 0 && at != tempids_.end()) e = at->second;
  if (e == 0) {
    e = max_eid_ = std::max(max_eid_, reserved_) + 1;
    made_by_[e] = name;
  }
  tempids_[name] = e;
  tempids_["group " + key] = e;
  return e;
}

// The name is the entity e, because it has e's identity.
Model::Code Model::meet(const std::string& name, EntityId e) {
  const auto key_of = [&](const std::string& n) {
    const auto at = group_.find(n);
    return at == group_.end() ? n : at->second;
  };
  EntityId had = 0;
  if (const auto at = bound_.find(key_of(name)); at != bound_.end()) had = at->second;
  for (const std::string& n : {name, "group " + key_of(name)}) {
    if (const auto at = tempids_.find(n); had == 0 && at != tempids_.end()) had = at->second;
  }
  if (had == 0 || had == e) {
    tempids_[name] = e;
    tempids_["group " + key_of(name)] = e;
    return std::nullopt;
  }
  for (const EntityId id : {had, e}) {
    const std::string key = key_of(name);
    if (!made_by_.contains(id)) {
      if (bound_.contains(key) && bound_[key] != id) return "transact/upsert";
      bound_[key] = id;
      continue;
    }
    const std::string other = key_of(made_by_[id]);
    if (other == key) continue;
    if (bound_.contains(key) && bound_.contains(other) && bound_[key] != bound_[other]) {
      return "transact/upsert";
    }
    if (bound_.contains(other)) bound_[key] = bound_[other];
    for (auto& [n, group] : group_) {
      if (group == other) group = key;
    }
    group_[other] = group_[key] = group_[name] = group_[made_by_[id]] = key;
  }
  return kRestart;
}

Model::Code Model::resolve(const Value& reference, Entity& out) {
  if (reference.is(Kind::int64)) {
    if (reference.as_int64() == 0) return "transact/syntax";
    if (reference.as_int64() < 0) {
      out.name = "t" + std::to_string(reference.as_int64());
    } else {
      out.e = static_cast<EntityId>(reference.as_int64());
    }
  } else if (reference.is(Kind::string)) {
    out.name = "s" + std::string(reference.as_string());
  } else if (reference.is_keyword("db/current-tx")) {
    out.e = max_tx_;
  } else if (reference.is_sequential()) {
    const Attribute* a = attribute(reference.items()[0]);
    if (!a || !a->is_unique) return "lookup-ref/unique";
    const auto e = owner(reference.items()[0], reference.items()[1]);
    out.e = e.value_or(0);
    out.missing = !e;
  } else {
    return "entity-id/syntax";
  }
  return std::nullopt;
}

std::optional<EntityId> Model::owner(const Value& a, const Value& v) const {
  for (const Fact& fact : facts_) {
    if (fact.a == a && compare(fact.v, v) == 0) return fact.e;
  }
  return std::nullopt;
}

// ---- Facts

void Model::retract(EntityId e, const Value& a, const Value* v) {
  std::vector<Fact> kept;
  for (Fact& fact : facts_) {
    const bool ends = fact.e == e && fact.a == a && (!v || compare(fact.v, *v) == 0);
    if (!ends) {
      kept.push_back(fact);
      continue;
    }
    fact.ended = max_tx_;
    const bool repeats = std::any_of(past_.begin(), past_.end(), [&](const Fact& p) {
      return p.e == e && p.a == a && p.v == fact.v && p.tx == fact.tx && p.ended == fact.ended;
    });
    if (!repeats) past_.push_back(fact);
  }
  facts_ = kept;
}

Model::Code Model::assert_fact(EntityId e, const Value& a, const Value& v) {
  const Attribute& declared = *attribute(a);
  if (!v.is(declared.is_ref ? Kind::int64 : declared.kind)) return "transact/schema";
  if (e < kTx0) max_eid_ = std::max(max_eid_, e);
  if (declared.is_ref && static_cast<EntityId>(v.as_int64()) < kTx0) {
    max_eid_ = std::max(max_eid_, static_cast<EntityId>(v.as_int64()));
  }
  if (declared.is_unique && owner(a, v).value_or(e) != e) return "transact/unique";
  for (const Fact& fact : facts_) {
    if (fact.e == e && fact.a == a && compare(fact.v, v) == 0) return std::nullopt;
  }
  if (!declared.many) retract(e, a, nullptr);
  facts_.push_back({e, a, v, max_tx_});
  return std::nullopt;
}

// What v is as a value of a, if that is known without giving it an id.
std::optional<Value> Model::known(const Value& a, const Value& v) {
  if (!attribute(a)->is_ref) return v;
  Entity entity;
  if (v.is(Kind::map) || resolve(v, entity) || entity.missing) return std::nullopt;
  if (entity.e != 0) return Value(entity.e);
  const auto at = tempids_.find(entity.name);
  return at == tempids_.end() ? std::nullopt : std::optional(Value(at->second));
}

Model::Code Model::add(const Value& e, const Value& a, const Value& v) {
  Entity subject;
  if (const Code code = resolve(e, subject)) return code;
  if (subject.missing) return "entity-id/missing";
  if (subject.e == 0) {
    const auto value = known(a, v);
    const auto other = attribute(a)->is_identity && value ? owner(a, *value) : std::nullopt;
    if (other) {
      if (const Code code = meet(subject.name, *other)) return code;
    }
    subject.e = entity_of(subject.name);
  }
  if (!attribute(a)->is_ref) return assert_fact(subject.e, a, v);
  Entity target;
  if (const Code code = resolve(v, target)) {
    return *code == "entity-id/syntax" ? "transact/schema" : code;
  }
  if (target.missing) return "entity-id/missing";
  if (target.e == 0) target.e = entity_of(target.name);
  return assert_fact(subject.e, a, Value(target.e));
}

// ---- Forms

Model::Code Model::run_vector(const Value& operation) {
  const auto items = operation.items();
  if (!attribute(items[2])) return "transact/schema";
  if (items[0].is_keyword("db/add")) return add(items[1], items[2], items[3]);
  Entity subject;
  if (const Code code = resolve(items[1], subject)) return code;
  if (!subject.name.empty()) return "transact/syntax";
  if (subject.missing) return std::nullopt;
  if (items.size() == 3) return retract(subject.e, items[2], nullptr), std::nullopt;
  Value v = items[3];
  const Attribute& declared = *attribute(items[2]);
  if (declared.is_ref) {
    Entity target;
    if (const Code code = resolve(v, target)) {
      return *code == "entity-id/syntax" ? "transact/schema" : code;
    }
    if (!target.name.empty()) return "transact/syntax";
    if (target.missing) return "entity-id/missing";
    v = Value(target.e);
  } else if (!v.is(declared.kind)) {
    return "transact/schema";
  }
  retract(subject.e, items[2], &v);
  return std::nullopt;
}

Model::Code Model::run_map(const Value& map, const Value::Entry* back) {
  const std::string own_name = "m" + std::to_string(maps_++);
  Entity subject{0, own_name};
  for (const auto& [key, v] : map.entries()) {
    if (key.is_keyword("db/id")) continue;
    const Value a = is_reverse(key) ? forward_of(key) : key;
    if (!attribute(a)) return "transact/schema";
    if (is_reverse(key) && !attribute(a)->is_ref) return "transact/syntax";
  }
  if (const Value* id = map.find_keyword("db/id")) {
    subject = {};
    if (const Code code = resolve(*id, subject)) return code;
    if (subject.missing) return "entity-id/missing";
  }
  std::set<EntityId> found;
  for (const auto& [key, v] : map.entries()) {
    const Attribute* a = key.is_keyword("db/id") || is_reverse(key) ? nullptr : attribute(key);
    if (!a || !a->is_identity) continue;
    std::vector<Value> values = {v};
    if (a->many && is_collection(v)) values.assign(v.items().begin(), v.items().end());
    for (const Value& one : values) {
      const auto value = known(key, one);
      if (const auto e = value ? owner(key, *value) : std::nullopt) found.insert(*e);
    }
  }
  if (found.size() > 1) return "transact/upsert";
  if (!found.empty() && subject.e != 0 && subject.e != *found.begin()) return "transact/upsert";
  if (!found.empty() && subject.e == 0) {
    if (const Code code = meet(subject.name, *found.begin())) return code;
    subject.e = *found.begin();
  }
  if (subject.e == 0) subject.e = entity_of(subject.name);
  if (back) {
    if (const Code code = run_entry(subject.e, back->first, back->second)) return code;
  }
  for (const auto& [key, v] : map.entries()) {
    if (key.is_keyword("db/id")) continue;
    if (const Code code = run_entry(subject.e, key, v)) return code;
  }
  return std::nullopt;
}

Model::Code Model::run_entry(EntityId e, const Value& key, const Value& v) {
  const bool reverse = is_reverse(key);
  const Value a = reverse ? forward_of(key) : key;
  const Attribute& declared = *attribute(a);
  const bool is_lookup_ref = v.is_sequential() && v.items().size() == 2 &&
                             v.items()[0].is(Kind::keyword) && attribute(v.items()[0]) &&
                             attribute(v.items()[0])->is_unique;
  std::vector<Value> values = {v};
  const bool one_ref = is_lookup_ref && (declared.is_ref || reverse);
  if ((reverse || declared.many) && is_collection(v) && !one_ref) {
    values.assign(v.items().begin(), v.items().end());
  }
  for (const Value& one : values) {
    Code code;
    if (one.is(Kind::map) && declared.is_ref) {
      // The child says in the other direction whose it is, before all else.
      const Value back = reverse ? a : Value::keyword(a.ns(), "_" + std::string(a.name()));
      const Value::Entry entry(back, Value(e));
      code = run_map(one, &entry);
    } else {
      code = reverse ? add(one, a, Value(e)) : add(Value(e), a, one);
    }
    if (code) return code;
  }
  return std::nullopt;
}

}  // namespace stele::tx
