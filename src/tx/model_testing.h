// Model: transactions once more, written from their definitions with lists and loops, to be right
// rather than fast.
//
// It knows a fixed schema, entity maps, adding and retracting. Not thread safe.
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
  struct Attribute {
    bool many = false;
    bool is_ref = false;
    bool is_identity = false;
    bool is_unique = false;  // an identity is unique, too
    Kind kind = Kind::string;
  };
  struct Fact {
    EntityId e;
    Value a;
    Value v;
    TxId tx;
    TxId ended = 0;
  };

  // Goes on from a database whose facts are these.
  Model(std::map<std::string, Attribute> schema, const Db& db);

  // The items of a transaction. nullopt, or the code of the error; then nothing has changed.
  std::optional<std::string> transact(const Value& items);

  const std::vector<Fact>& facts() const { return facts_; }  // current, in no order
  const std::vector<Fact>& past() const { return past_; }    // ended, as they ended
  EntityId max_eid() const { return max_eid_; }
  TxId max_tx() const { return max_tx_; }
  const std::map<std::string, EntityId>& tempids() const { return tempids_; }

 private:
  using Code = std::optional<std::string>;  // nullopt: all is well
  struct Entity {
    EntityId e = 0;
    std::string name;  // where there is no id yet
    bool missing = false;
  };

  const Attribute* attribute(const Value& a) const;
  Code run(const Value& items);
  // `back`: how a nested map hangs on the entity around it, as an entry of its own.
  Code run_map(const Value& map, const Value::Entry* back = nullptr);
  Code run_entry(EntityId e, const Value& key, const Value& v);
  Code run_vector(const Value& operation);
  Code add(const Value& e, const Value& a, const Value& v);
  Code assert_fact(EntityId e, const Value& a, const Value& v);
  void retract(EntityId e, const Value& a, const Value* v);
  Code resolve(const Value& reference, Entity& out);
  std::optional<EntityId> owner(const Value& a, const Value& v) const;
  std::optional<Value> known(const Value& a, const Value& v);
  EntityId entity_of(const std::string& name);
  Code meet(const std::string& name, EntityId e);
  void reserve(const Value& items);
  void reserve_value(const Value& a, const Value& v);

  std::map<std::string, Attribute> schema_;
  std::vector<Fact> facts_;
  std::vector<Fact> past_;
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
};

}  // namespace stele::tx
