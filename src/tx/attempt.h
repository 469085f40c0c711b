// Attempt: one run through the items of a transaction, from left to right.
//
//   item → operations on facts → the working set
// Each item sees what the ones before it did, the schema included. [T-5]
//
// An attempt that finds out late which entity a tempid stands for ends with wants_restart(); the
// bindings know it then, and another attempt succeeds them. [T-53]
//
// Not thread safe.
#pragma once

#include "tx/references.h"
#include "tx/transact.h"

namespace stele::tx {

class Attempt {
 public:
  Attempt(const db::View& view, db::Reader& reader, Bindings& bindings);

  // Errors: as tx::transact. What was done until then is of no use.
  Done run(const TxInput& input);

  // The vector operations, each with the most elements that it may have.
  struct Operation {
    std::string_view name;
    std::size_t elements_max;
    std::string_view shape;
    Done (Attempt::*run)(const Value& operation);
  };
  bool wants_restart() const { return wants_restart_; }

  TxId tx() const { return tx_; }
  BaseFacts& base() { return base_; }
  Attributes& attributes() { return attributes_; }
  WorkingSet& facts() { return facts_; }
  const Ids& ids() const { return ids_; }
  const std::vector<Value>& markers() const { return references_.markers(); }
  // The txInstant that the input gives, if it does. [T-72]
  const std::optional<Instant>& instant() const { return instant_; }

 private:
  // How a nested map hangs on the entity around it.
  struct Back {
    EntityId parent;
    TxAttribute* a;
    bool child_is_value;  // [parent a child], or else [child a parent]
  };
  struct Subject;

  Done check_tempids() const;

  // explicit_ids.cc
  void reserve_ids(const Value& items);
  void reserve_ids_of_map(const Value& map);
  void reserve_ids_of_vector(const Value& vector);
  void reserve_ids_of_datom(const Value& datom);
  void reserve_entity(const Value& e);
  void reserve_value(const TxAttribute& a, const Value& v);

  // expand.cc
  Done run_meta(const Value& meta);
  Done run_item(const Value& item);
  Done add_map(const Value& map, const Back* back);
  Result<EntityId> entity_of_map(const Value& map, std::span<TxAttribute* const> keys);
  Result<Subject> subject_of_map(const Value& map, std::span<TxAttribute* const> keys);
  Result<std::optional<EntityId>> find_upsert(const Value& map, std::span<TxAttribute* const> keys,
                                              const Subject& subject);
  Done find_upsert_of(TxAttribute& a, const Value& v, struct Upsert& upsert);
  Done add_entry(EntityId e, TxAttribute& key, const Value& v);
  Done add_value(EntityId e, TxAttribute& a, const Value& v);
  Done add_reverse(EntityId e, TxAttribute& key, const Value& v);
  Done add_child(EntityId e, TxAttribute& forward, const Value& child);

  // operations.cc
  Done run_operation(const Value& operation);
  Done run_add(const Value& operation);
  Done run_retract(const Value& operation);
  static std::span<const Operation> operations();
  Error unknown_operation(const Value& operation);
  Result<std::optional<EntityId>> subject_of_retract(const Value& operation);
  Result<TxAttribute*> key_named(const Value& name);
  Result<TxAttribute*> attribute_named(const Value& name);
  Done check_declared(const TxAttribute& a) const;
  Result<EntityId> subject_of_add(const Value& subject, TxAttribute& a, const Value& v);
  Result<Value> reference_value(const TxAttribute& a, const Value& v);
  std::optional<Value> known_value(const TxAttribute& a, const Value& v);
  Done meet(Name name, EntityId e, const Value& called);
  Done assert_fact(EntityId e, TxAttribute& a, const Value& v, TxId own_tx = 0);
  Done assert_instant(EntityId e, const Value& v);
  Done check_settled(EntityId e, const TxAttribute& a) const;

  // retract_entity.cc
  Done run_retract_entity(const Value& operation);
  Done run_retract_attribute(const Value& operation);
  Done retract_entities(std::vector<EntityId> entities);

  // compare_and_set.cc
  Done run_cas(const Value& operation);
  Result<EntityId> subject_of_cas(const Value& operation);
  Result<Value> value_of_cas(const TxAttribute& a, const Value& v);

  // datom_item.cc
  Done run_datom(const Value& item);

  const format::Config& config_;
  bool is_strict_;  // :schema-flexibility :write
  bool keeps_history_;
  TxId tx_;
  BaseFacts base_;
  Attributes attributes_;
  Ids ids_;
  WorkingSet facts_;
  References references_;
  std::optional<Instant> instant_;
  bool wants_restart_ = false;
  const Value* item_ = nullptr;     // the one that is being run, for messages
  std::vector<TxAttribute*> keys_;  // of the maps that are open, outermost first
};

// A datom as an item: #datom [e a v tx added], or as Datahike prints it. [D-3, T-24]
inline bool is_datom(const Value& item) {
  return item.is(Kind::tagged) && (item.name() == "datom" || item.name() == "datahike/Datom");
}

// An element of an operation; nil where it has no more.
inline const Value& item_at(std::span<const Value> items, std::size_t at) {
  static const Value nil = Value();
  return at < items.size() ? items[at] : nil;
}

}  // namespace stele::tx
