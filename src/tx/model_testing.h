// Model: transactions once more, written from their definitions with lists and loops, to be right
// rather than fast.
//
// It knows entity maps, all operations and datoms. Its schema is what its facts say, asked anew
// every time. Not thread safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tx/transact.h"

namespace stele::tx {

class Model {
 public:
  struct Fact {
    EntityId e;
    Value a;
    Value v;
    TxId tx;
    TxId ended = 0;
  };

  // Goes on from a database whose facts are these, and which has no past.
  Model(const format::Config& config, const Db& db);

  // The items of a transaction. nullopt, or the code of the error; then nothing has changed.
  std::optional<std::string> transact(const Value& items);

  const std::vector<Fact>& facts() const { return facts_; }  // current, in no order
  const std::vector<Fact>& past() const { return past_; }    // ended, as they ended
  // What the last transaction did, but for its instant.
  const std::vector<Datom>& changes() const { return changes_; }
  // The last transaction made an attribute unique. If that was in use the transaction cannot stand,
  // but whether values of it were found to be taken before that showed is left open.
  bool is_code_open() const { return is_code_open_; }
  EntityId max_eid() const { return max_eid_; }
  TxId max_tx() const { return max_tx_; }
  const std::map<std::string, EntityId>& tempids() const { return tempids_; }
  // Is the attribute in AVET?
  bool is_indexed(const Value& a) const { return attribute_in(facts_, a).is_indexed(); }

 private:
  using Code = std::optional<std::string>;  // nullopt: all is well
  struct Attribute {
    bool is_declared = false;
    bool is_system = false;
    std::string type;  // "": any
    bool many = false;
    std::string unique;  // "identity", "value" or ""
    bool index = false;
    bool is_component = false;
    bool no_history = false;
    std::optional<std::int64_t> max_length;

    bool is_ref() const { return type == "ref"; }
    bool is_unique() const { return !unique.empty(); }
    bool is_identity() const { return unique == "identity"; }
    bool is_indexed() const { return index || is_unique() || is_ref(); }
  };
  struct Entity {
    EntityId e = 0;
    std::string name;  // where there is no id yet
    bool missing = false;
  };

  static Attribute attribute_in(const std::vector<Fact>& facts, const Value& a);
  Attribute attribute(const Value& a) const { return attribute_in(facts_, a); }
  Code check_usable(const Value& a) const;
  Code check_type(const Value& a, const Value& v) const;

  Code run(const Value& items);
  // `back`: how a nested map hangs on the entity around it, as an entry of its own.
  Code run_map(const Value& map, const Value::Entry* back = nullptr);
  Code run_entry(EntityId e, const Value& key, const Value& v);
  Code run_vector(const Value& operation);
  Code run_retract(const Value& operation, const Entity& subject);
  Code run_cas(const Value& operation, const Entity& subject);
  Code run_datom(const Value& datom);
  Code add(const Value& e, const Value& a, const Value& v);
  Code assert_fact(EntityId e, const Value& a, const Value& v, TxId own_tx = 0);
  TxId tx_to_keep(EntityId e, const Value& a, const Value& v, TxId own_tx) const;
  void retract(EntityId e, const Value& a, const Value* v, TxId own_tx = 0);
  void end(const Fact& fact, TxId own_tx = 0);
  Code retract_entity(EntityId e);
  std::vector<Fact> facts_of(EntityId e, const Value& a) const;
  Code resolve(const Value& reference, Entity& out);
  std::optional<EntityId> owner(const Value& a, const Value& v) const;
  std::optional<Value> known(const Value& a, const Value& v);
  EntityId entity_of(const std::string& name);
  Code meet(const std::string& name, EntityId e);
  bool is_lookup_ref(const Value& v) const;
  void reserve(const Value& item);
  void reserve_value(const Value& a, const Value& v);

  // model_schema_testing.cc
  Code check_schema(const std::vector<Fact>& before) const;
  Code check_attribute(const Value& ident, const Attribute& was, const Attribute& is,
                       const std::vector<Fact>& before) const;

  format::Config config_;
  std::vector<Fact> facts_;
  std::vector<Fact> past_;
  std::vector<Datom> changes_;
  bool is_code_open_ = false;
  EntityId max_eid_;
  TxId max_tx_;
  std::map<std::string, EntityId> tempids_;

  // Of one transaction: names that are one (each with its group), and what groups are known to be.
  std::map<std::string, std::string> group_;
  std::map<std::string, EntityId> bound_;
  // Of one attempt.
  EntityId reserved_ = 0;
  std::map<EntityId, std::string> made_by_;
  int maps_ = 0;
  std::vector<Fact> ended_;
  std::vector<Value> not_unique_then_;  // attributes that got facts while they were not unique
};

}  // namespace stele::tx
