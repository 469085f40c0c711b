#include "tx/model_testing.h"

#include <algorithm>

namespace stele::tx {
namespace {

constexpr const char* kRestart = "restart";

bool is_collection(const Value& v) { return v.is_sequential() || v.is(Kind::set); }

bool is_reverse(const Value& a) { return a.name().starts_with('_'); }
Value forward_of(const Value& a) { return Value::keyword(a.ns(), a.name().substr(1)); }
bool is_reserved(const Value& a) { return a.ns() == "db" || a.ns().starts_with("db."); }
bool is_id(const Value& v) { return v.is(Kind::int64) && v.as_int64() > 0; }

}  // namespace

Model::Model(const format::Config& config, const Db& db)
    : config_(config), max_eid_(db.max_eid()), max_tx_(db.max_tx()) {
  for (const Datom& d : db.datoms(IndexOrder::eavt).value())
    facts_.push_back({d.e, d.a, d.v, d.tx});
}

std::optional<std::string> Model::transact(const Value& items) {
  const Model before = *this;
  group_.clear();
  bound_.clear();
  for (;;) {
    facts_ = before.facts_;
    max_eid_ = before.max_eid_;
    max_tx_ = before.max_tx_ + 1;
    tempids_.clear();
    made_by_.clear();
    reserved_ = 0;
    maps_ = 0;
    changes_.clear();
    is_code_open_ = false;
    ended_.clear();
    not_unique_then_.clear();
    Code code = run(items);
    if (!code) code = check_schema(before.facts_);
    if (!code) break;
    if (*code == kRestart) continue;
    const bool is_open = is_code_open_;
    *this = before;
    is_code_open_ = is_open;
    return code;
  }
  // What is kept of the past goes by the schema as it is now.
  for (const Fact& fact : ended_) {
    const bool repeats = std::any_of(past_.begin(), past_.end(), [&](const Fact& p) {
      return p.e == fact.e && p.a == fact.a && compare(p.v, fact.v) == 0 && p.tx == fact.tx &&
             p.ended == fact.ended;
    });
    const bool is_kept = config_.keep_history && !attribute(fact.a).no_history;
    if (is_kept && !repeats) past_.push_back(fact);
  }
  if (config_.keep_history) {
    facts_.push_back({max_tx_, Value::keyword("db/txInstant"), Value(Instant{}), max_tx_});
  }
  return std::nullopt;
}

Model::Code Model::run(const Value& items) {
  for (const Value& item : items.items()) reserve(item);
  for (const Value& item : items.items()) {
    const Code code = item.is(Kind::map)      ? run_map(item)
                      : item.is(Kind::tagged) ? run_datom(item.tagged_value())
                                              : run_vector(item);
    if (code) return code;
  }
  return std::nullopt;
}

// ---- Ids

void Model::reserve_value(const Value& a, const Value& v) {
  if (!a.is_keyword("db/id") && !is_reverse(a) && !attribute(a).is_ref()) return;
  std::vector<Value> values = {v};
  if (is_collection(v)) values.assign(v.items().begin(), v.items().end());
  for (const Value& one : values) {
    if (is_id(one) && one.as_int64() < static_cast<std::int64_t>(kTx0)) {
      reserved_ = std::max(reserved_, static_cast<EntityId>(one.as_int64()));
    }
  }
}

// Ids that an assertion spells out.
void Model::reserve(const Value& item) {
  const auto reserve_entity = [&](const Value& e) {
    if (is_id(e)) reserve_value(Value::keyword("db/id"), e);
  };
  if (item.is(Kind::map)) {
    for (const auto& [key, v] : item.entries()) reserve_value(key, v);
  } else if (item.is(Kind::tagged)) {
    const auto parts = item.tagged_value().items();
    if (parts.size() == 5 && parts[4] == Value(false)) return;
    reserve_entity(parts[0]);
    reserve_value(parts[1], parts[2]);
  } else if (item.items()[0].is_keyword("db/add") || item.items()[0].is_keyword("db/cas")) {
    reserve_entity(item.items()[1]);
    reserve_value(item.items()[2], item.items().back());
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
  } else if (reference.is(Kind::keyword)) {
    const auto e = owner(Value::keyword("db/ident"), reference);
    out.e = e.value_or(0);
    out.missing = !e;
  } else if (reference.is_sequential()) {
    if (reference.items().size() != 2) return "lookup-ref/syntax";
    const Value& a = reference.items()[0];
    if (!attribute(a).is_unique()) return "lookup-ref/unique";
    Value v = reference.items()[1];
    if (attribute(a).is_ref()) {
      Entity target;
      if (const Code code = resolve(v, target)) return code;
      const auto named = tempids_.find(target.name);
      if (target.e == 0 && named != tempids_.end()) target.e = named->second;
      v = Value(target.e);
    }
    const auto e = owner(a, v);
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

std::vector<Model::Fact> Model::facts_of(EntityId e, const Value& a) const {
  std::vector<Fact> found;
  for (const Fact& fact : facts_) {
    if (fact.e == e && fact.a == a) found.push_back(fact);
  }
  std::sort(found.begin(), found.end(),
            [](const Fact& x, const Fact& y) { return compare(x.v, y.v) < 0; });
  return found;
}

void Model::end(const Fact& fact, TxId own_tx) {
  const auto is_it = [&](const Fact& f) {
    return f.e == fact.e && f.a == fact.a && compare(f.v, fact.v) == 0;
  };
  const auto at = std::find_if(facts_.begin(), facts_.end(), is_it);
  if (at == facts_.end()) return;
  Fact gone = *at;
  facts_.erase(at);
  gone.ended = own_tx >= gone.tx && own_tx <= max_tx_ ? own_tx : max_tx_;
  ended_.push_back(gone);
  changes_.push_back({gone.e, gone.a, gone.v, gone.ended, false});
}

void Model::retract(EntityId e, const Value& a, const Value* v, TxId own_tx) {
  for (const Fact& fact : facts_of(e, a)) {
    if (!v || compare(fact.v, *v) == 0) end(fact, own_tx);
  }
}

// What is said of it, what is said about it, then the same of each component. [T-23]
Model::Code Model::retract_entity(EntityId e) {
  const Value instant = Value::keyword("db/txInstant");
  if (e >= kTx0 && (e == max_tx_ || !facts_of(e, instant).empty())) return "transact/unsupported";
  std::vector<Fact> own, incoming;
  for (const Fact& fact : facts_) {
    if (fact.e == e) {
      own.push_back(fact);
    } else if (attribute(fact.a).is_ref() && compare(fact.v, Value(e)) == 0) {
      incoming.push_back(fact);
    }
  }
  const auto by_a = [](const Fact& x, const Fact& y) {
    if (const int order = compare(x.a, y.a)) return order < 0;
    return x.e != y.e ? x.e < y.e : compare(x.v, y.v) < 0;
  };
  std::sort(own.begin(), own.end(), by_a);
  std::sort(incoming.begin(), incoming.end(), by_a);
  // Whether it is a component shows before anything is gone: it might be the attribute itself.
  std::vector<EntityId> components;
  for (const Fact& fact : own) {
    if (attribute(fact.a).is_component && attribute(fact.a).is_ref()) {
      components.push_back(static_cast<EntityId>(fact.v.as_int64()));
    }
  }
  for (const Fact& fact : own) end(fact);
  for (const Fact& fact : incoming) end(fact);
  for (const EntityId component : components) {
    if (const Code code = retract_entity(component)) return code;
  }
  return std::nullopt;
}

// An older transaction may have said it, if nothing has been said against it since. [T-24]
TxId Model::tx_to_keep(EntityId e, const Value& a, const Value& v, TxId own_tx) const {
  if (own_tx == 0 || own_tx >= max_tx_) return max_tx_;
  const bool many = attribute(a).many;
  for (const Datom& d : changes_) {
    if (d.e == e && d.a == a && (!many || compare(d.v, v) == 0)) return max_tx_;
  }
  for (const Fact& p : past_) {
    if (p.e == e && p.a == a && p.ended >= own_tx) return max_tx_;
  }
  return own_tx;
}

Model::Code Model::assert_fact(EntityId e, const Value& a, const Value& v, TxId own_tx) {
  const Attribute is = attribute(a);
  if (const Code code = check_type(a, v)) return code;
  const bool too_long = is.max_length && *is.max_length > 0 && v.is(Kind::string) &&
                        static_cast<std::int64_t>(v.as_string().size()) > *is.max_length;
  if (too_long) return "transact/max-length";
  if (a.is_keyword("db/ident") && is_reserved(v)) return "transact/schema";
  if (e < kTx0) max_eid_ = std::max(max_eid_, e);
  if (is.is_ref() && static_cast<EntityId>(v.as_int64()) < kTx0) {
    max_eid_ = std::max(max_eid_, static_cast<EntityId>(v.as_int64()));
  }
  if (is.is_unique() && owner(a, v).value_or(e) != e) return "transact/unique";
  for (const Fact& fact : facts_of(e, a)) {
    if (compare(fact.v, v) != 0) continue;
    if (!is.many) {
      for (const Fact& other : facts_of(e, a)) {
        if (compare(other.v, v) != 0) end(other);
      }
    }
    return std::nullopt;
  }
  if (!is.many) retract(e, a, nullptr);
  const TxId tx = tx_to_keep(e, a, v, own_tx);
  facts_.push_back({e, a, v, tx});
  changes_.push_back({e, a, v, tx, true});
  if (!is.is_unique()) not_unique_then_.push_back(a);
  if (a.is_keyword("db/unique")) is_code_open_ = true;
  return std::nullopt;
}

// What v is as a value of a, if that is known without giving it an id.
std::optional<Value> Model::known(const Value& a, const Value& v) {
  if (!attribute(a).is_ref()) return v;
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
    const auto other = attribute(a).is_identity() && value ? owner(a, *value) : std::nullopt;
    if (other) {
      if (const Code code = meet(subject.name, *other)) return code;
    }
    subject.e = entity_of(subject.name);
  }
  if (!attribute(a).is_ref()) return assert_fact(subject.e, a, v);
  reserve_value(a, v);
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
  const Value& word = items[0];
  const bool whole = word.is_keyword("db/retractEntity");
  if (!whole) {
    if (const Code code = check_usable(items[2])) return code;
  }
  if (word.is_keyword("db/add")) {
    reserve(operation);
    return add(items[1], items[2], items[3]);
  }
  Entity subject;
  if (const Code code = resolve(items[1], subject)) return code;
  if (!subject.name.empty()) return "transact/syntax";
  if (word.is_keyword("db/cas")) return run_cas(operation, subject);
  if (subject.missing) return std::nullopt;
  return whole ? retract_entity(subject.e) : run_retract(operation, subject);
}

Model::Code Model::run_retract(const Value& operation, const Entity& subject) {
  const auto items = operation.items();
  const Value& a = items[2];
  if (items.size() == 3) {
    std::vector<Fact> targets;
    const bool goes_on = items[0].is_keyword("db.fn/retractAttribute") &&
                         attribute(a).is_component && attribute(a).is_ref();
    if (goes_on) targets = facts_of(subject.e, a);
    retract(subject.e, a, nullptr);
    for (const Fact& fact : targets) {
      if (const Code code = retract_entity(static_cast<EntityId>(fact.v.as_int64()))) return code;
    }
    return std::nullopt;
  }
  Value v = items[3];
  if (attribute(a).is_ref()) {
    Entity target;
    const Code code = resolve(v, target);
    if (code && *code != "entity-id/syntax") return code;
    if (!target.name.empty()) return "transact/syntax";
    if (target.missing) return "entity-id/missing";
    if (target.e != 0) v = Value(target.e);
  }
  if (const Code code = check_type(a, v)) return code;
  retract(subject.e, a, &v);
  return std::nullopt;
}

Model::Code Model::run_cas(const Value& operation, const Entity& subject) {
  const auto items = operation.items();
  const Value& a = items[2];
  if (subject.missing) return "entity-id/missing";
  Value values[] = {items[3], items[4]};
  for (Value& v : values) {
    if (!attribute(a).is_ref() || v.is_nil()) continue;
    Entity target;
    if (const Code code = resolve(v, target)) return code;
    if (target.missing) return "entity-id/missing";
    if (!target.name.empty()) return "entity-id/syntax";
    v = Value(target.e);
  }
  if (const Code code = check_type(a, values[1])) return code;
  bool is_so = values[0].is_nil() && facts_of(subject.e, a).empty();
  for (const Fact& fact : facts_of(subject.e, a)) is_so |= compare(fact.v, values[0]) == 0;
  return is_so ? assert_fact(subject.e, a, values[1]) : Code("transact/cas");
}

Model::Code Model::run_datom(const Value& datom) {
  const auto parts = datom.items();
  const Value& a = parts[1];
  if (const Code code = check_usable(a)) return code;
  const auto e = static_cast<EntityId>(parts[0].as_int64());
  const auto own_tx = static_cast<TxId>(parts[3].as_int64());
  if (attribute(a).is_ref() && !is_id(parts[2])) return "transact/schema";
  if (parts[4].as_bool()) return assert_fact(e, a, parts[2], own_tx);
  if (const Code code = check_type(a, parts[2])) return code;
  retract(e, a, &parts[2], own_tx);
  return std::nullopt;
}

Model::Code Model::run_map(const Value& map, const Value::Entry* back) {
  const std::string own_name = "m" + std::to_string(maps_++);
  Entity subject{0, own_name};
  for (const auto& [key, v] : map.entries()) {
    if (key.is_keyword("db/id")) continue;
    const Value a = is_reverse(key) ? forward_of(key) : key;
    if (const Code code = check_usable(a)) return code;
    if (is_reverse(key) && !attribute(a).is_ref()) return "transact/syntax";
  }
  if (const Value* id = map.find_keyword("db/id")) {
    subject = {};
    if (const Code code = resolve(*id, subject)) return code;
    if (subject.missing) return "entity-id/missing";
  }
  std::set<EntityId> found;
  for (const auto& [key, v] : map.entries()) {
    if (key.is_keyword("db/id") || is_reverse(key)) continue;
    const Attribute a = attribute(key);
    if (!a.is_identity()) continue;
    std::vector<Value> values = {v};
    if (a.many && is_collection(v) && !(a.is_ref() && is_lookup_ref(v))) {
      values.assign(v.items().begin(), v.items().end());
    }
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

bool Model::is_lookup_ref(const Value& v) const {
  return v.is_sequential() && v.items().size() == 2 && v.items()[0].is(Kind::keyword) &&
         attribute(v.items()[0]).is_unique();
}

Model::Code Model::run_entry(EntityId e, const Value& key, const Value& v) {
  const bool reverse = is_reverse(key);
  const Value a = reverse ? forward_of(key) : key;
  const Attribute is = attribute(a);
  std::vector<Value> values = {v};
  const bool one_ref = is_lookup_ref(v) && (is.is_ref() || reverse);
  if ((reverse || is.many) && is_collection(v) && !one_ref) {
    values.assign(v.items().begin(), v.items().end());
  }
  for (const Value& one : values) {
    Code code;
    if (one.is(Kind::map) && is.is_ref()) {
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
