// Items and entity maps, down to single facts. [T-4, T-7, T-10 … T-18]
#include "base/try.h"
#include "tx/attempt.h"
#include "tx/errors.h"

namespace stele::tx {

using base::text;
using Use = TxAttribute::Use;
using What = Reference::What;

// What a map says about the entity that it is about.
struct Attempt::Subject {
  EntityId e = 0;  // 0: it has only a name
  Name name = 0;
  const Value* called = nullptr;  // as the map spells it, or the map itself
};

// The one entity that has an identity of the map.
struct Upsert {
  std::optional<EntityId> e;
  const TxAttribute* a = nullptr;
  Value v;
};

namespace {

std::string shown_pair(const TxAttribute& a, const Value& v) {
  return text('[', shown(a.ident), ' ', shown(v), ']');
}

bool is_collection(const Value& v) { return v.is_sequential() || v.is(Kind::set); }

}  // namespace

// ---- Items

Done Attempt::run_item(const Value& item) {
  if (item.is_nil()) return {};
  item_ = &item;
  if (value::depth(item) > value::kDepthMax) {
    return syntax_error(
        text("Collections nest deeper than ", value::kDepthMax, " at ", shown(item)), Value());
  }
  if (item.is(Kind::map)) return add_map(item, nullptr);
  if (item.is_sequential()) return run_operation(item);
  if (is_datom(item)) return run_datom(item);
  return syntax_error(text("Bad entity type at ", shown(item), ", expected map or vector"), item);
}

Done Attempt::run_meta(const Value& meta) {
  item_ = &meta;
  if (meta.is_nil()) return {};
  for (const auto& [key, v] : meta.entries()) {
    TxAttribute* a = attributes_.of(key);
    if (a && a->use == Use::refused) return unsupported(shown(key), meta);
    const bool is_usable = a && a->use == Use::fact && (a->declared || check_declared(*a).ok());
    if (!is_usable) {
      return schema_error(text("Bad transaction meta attribute ", shown(key), " at ", shown(meta),
                               ", not defined in current schema"),
                          meta);
    }
    // Without history nobody could ask about it later, so it only goes into the report. [T-71]
    if (keeps_history_ || a->is_tx_instant) STELE_DO(add_entry(tx_, *a, v));
  }
  return {};
}

// ---- Maps

Done Attempt::add_map(const Value& map, const Back* back) {
  const std::size_t first = keys_.size();
  const auto entries = map.entries();
  for (const auto& entry : entries) {
    STELE_TRY(TxAttribute * key, key_named(entry.first));
    keys_.push_back(key);
  }
  STELE_TRY(const EntityId e, entity_of_map(map, std::span(keys_).subspan(first)));
  if (back) {
    const auto [owner, target] =
        back->child_is_value ? std::pair(back->parent, e) : std::pair(e, back->parent);
    STELE_DO(assert_fact(owner, *back->a, Value(target)));
  }
  // By position: nested maps put their keys behind these.
  for (std::size_t i = 0; i < entries.size(); ++i) {
    STELE_DO(add_entry(e, *keys_[first + i], entries[i].second));
  }
  keys_.resize(first);
  return {};
}

Result<EntityId> Attempt::entity_of_map(const Value& map, std::span<TxAttribute* const> keys) {
  STELE_TRY(const Subject subject, subject_of_map(map, keys));
  STELE_TRY(const auto upsert, find_upsert(map, keys, subject));
  if (subject.e != 0) return subject.e;
  if (upsert) STELE_DO(meet(subject.name, *upsert, *subject.called));
  // A map without an id that is an entity which has one needs no more. (Whether it is shows anew in
  // every attempt.)
  return upsert ? *upsert : ids_.entity_of(subject.name);
}

Result<Attempt::Subject> Attempt::subject_of_map(const Value& map,
                                                 std::span<TxAttribute* const> keys) {
  const Name own_name = ids_.next_map();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Value& id = map.entries()[i].second;
    if (keys[i]->use != Use::entity_id || id.is_nil()) continue;
    STELE_TRY(const Reference reference, references_.read(id, *item_));
    if (reference.is(What::missing)) return entity_missing(id, *item_);
    if (reference.is(What::no_reference)) {
      return invalid(
                 "entity-id/syntax",
                 text("Expected number, string, keyword or lookup ref for :db/id, got ", shown(id)))
          .with("entity-id", id)
          .with("context", *item_);
    }
    if (reference.is(What::name)) ids_.is_subject(reference.name);
    return Subject{reference.e, reference.name, &id};
  }
  return Subject{0, own_name, &map};
}

// ---- Upsert [T-50 … T-55]

Done Attempt::find_upsert_of(TxAttribute& a, const Value& v, Upsert& upsert) {
  const auto value = known_value(a, v);
  const auto e = value ? facts_.owner_of(a, *value) : std::nullopt;
  if (!e || upsert.e == e) return {};
  if (upsert.e) {
    return invalid("transact/upsert",
                   text("Conflicting upserts: ", shown_pair(*upsert.a, upsert.v), " resolves to ",
                        *upsert.e, ", but ", shown_pair(a, *value), " resolves to ", *e))
        .with("context", *item_);
  }
  upsert = {e, &a, *value};
  return {};
}

Result<std::optional<EntityId>> Attempt::find_upsert(const Value& map,
                                                     std::span<TxAttribute* const> keys,
                                                     const Subject& subject) {
  Upsert upsert;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    TxAttribute& a = *keys[i];
    if (a.use != Use::fact || !a.is_identity()) continue;
    const Value& v = map.entries()[i].second;
    const bool is_one =
        !a.now.many || !is_collection(v) || (a.now.is_ref() && references_.is_lookup_ref(v));
    if (is_one) {
      STELE_DO(find_upsert_of(a, v, upsert));
      continue;
    }
    for (const Value& item : v.items()) STELE_DO(find_upsert_of(a, item, upsert));
  }
  if (upsert.e && subject.e != 0 && *upsert.e != subject.e) {
    return invalid("transact/upsert",
                   text("Conflicting upsert: ", shown_pair(*upsert.a, upsert.v), " resolves to ",
                        *upsert.e, ", but entity already has :db/id ", subject.e))
        .with("context", *item_);
  }
  return upsert.e;
}

// ---- Entries

Done Attempt::add_entry(EntityId e, TxAttribute& key, const Value& v) {
  if (key.use == Use::entity_id || key.use == Use::ignored) return {};
  if (v.is_nil()) return nil_value(*item_);
  if (key.use == Use::reverse) return add_reverse(e, key, v);
  const bool is_ref = key.now.is_ref();
  if (!key.now.many || !is_collection(v) || (is_ref && references_.is_lookup_ref(v))) {
    return add_value(e, key, v);
  }
  for (const Value& item : v.items()) STELE_DO(add_value(e, key, item));
  return {};
}

Done Attempt::add_value(EntityId e, TxAttribute& a, const Value& v) {
  if (v.is_nil()) return nil_value(*item_);
  if (!a.now.is_ref()) return assert_fact(e, a, v);
  if (v.is(Kind::map)) {
    const Back back{e, &a, true};
    return add_map(v, &back);
  }
  STELE_TRY(const Value target, reference_value(a, v));
  return assert_fact(e, a, target);
}

Done Attempt::add_reverse(EntityId e, TxAttribute& key, const Value& v) {
  TxAttribute& forward = *key.forward;
  if (!is_collection(v) || references_.is_lookup_ref(v)) return add_child(e, forward, v);
  for (const Value& item : v.items()) STELE_DO(add_child(e, forward, item));
  return {};
}

// The child refers to `e`. [T-15]
Done Attempt::add_child(EntityId e, TxAttribute& forward, const Value& child) {
  if (child.is_nil()) return nil_value(*item_);
  if (child.is(Kind::map)) {
    const Back back{e, &forward, false};
    return add_map(child, &back);
  }
  const Value target(e);
  STELE_TRY(const EntityId owner, subject_of_add(child, forward, target));
  return assert_fact(owner, forward, target);
}

}  // namespace stele::tx
