// WorkingSet: the database as it stands between two operations of one transaction.
//
// It is the database before, plus what this transaction has changed so far. Facts are kept as
// chains, one for each (e, a), and in long chains also by (e, a, v); owners of unique values by
// (a, v). What is in none of them is looked up in the database before, once. Entities that are new
// never cause a read.
//
// Not thread safe. After a failed read its answers mean nothing; see BaseFacts.
#pragma once

#include <unordered_map>
#include <vector>

#include "tx/base_facts.h"

namespace stele::tx {

class WorkingSet {
 public:
  WorkingSet(BaseFacts& base, Attributes& attributes, TxId tx);

  // About how many facts are going to be asserted.
  void reserve(std::size_t facts);

  // The first change: of the transaction itself, its value to be put in when all is done. [T-73]
  void begin_with(const Value& attribute) {
    changes_.push_back({.e = tx_, .a = attribute, .v = Value(), .added = true, .tx = tx_});
  }

  // The entity that has the unique value now. [T-41, T-57]
  std::optional<EntityId> owner_of(const TxAttribute& a, const Value& v);

  // Makes the fact current and ends what it replaces. Nothing happens if it is current already.
  // nullopt, or the other entity that has the unique value: then nothing happens either.
  // `own_tx`: the transaction that a datom says asserted it, or 0. It is kept if this database
  // knows nothing that speaks against it: no later value, and no end of one. [T-24, T-56, T-60 …
  // T-62]
  std::optional<EntityId> add(EntityId e, TxAttribute& a, const Value& v, TxId own_tx = 0);
  // Ends the fact, or all facts of (e, a); nothing happens where there are none. `own_tx` is kept
  // if the fact had begun by then. [T-21, T-24]
  void retract(EntityId e, TxAttribute& a, const Value& v, TxId own_tx = 0);
  void retract_all(EntityId e, TxAttribute& a);
  // Ends all facts of the entity, in the order of EAVT, then all that refer to it, in the order of
  // AVET. Answers what its components were, in that order. [T-23]
  std::vector<EntityId> retract_entity(EntityId e);

  // The current values of (e, a), ascending.
  std::vector<Value> values(EntityId e, TxAttribute& a);

  // Does some entity have more than one value of the attribute?
  bool has_several(const TxAttribute& a);

  // The effective changes in the order they were made. [T-73, T-81]
  std::vector<format::Change>& changes() { return changes_; }

 private:
  static constexpr std::uint32_t kNone = HashIndex::kNone;
  // Chains up to this length are walked: cheaper than hashing a value.
  static constexpr std::uint32_t kChainMax = 8;

  struct Fact {
    EntityId e;
    TxAttribute* a;
    Value v;             // as it is stored, or was when it last was current
    TxId tx;             // of its assertion
    std::uint32_t next;  // in its slot
    bool is_current;
  };
  // The facts of one (e, a).
  struct Slot {
    EntityId e;
    TxAttribute* a;
    std::uint32_t first = kNone;   // of the chain of its facts
    std::uint32_t newest = kNone;  // the one that last became current
    std::uint32_t current = 0;     // how many are current
    std::uint32_t length = 0;      // of the chain
    bool complete = false;         // no fact of the database before is missing
  };
  struct Owner {
    const TxAttribute* a;
    Value v;
    EntityId e;  // 0: nobody
  };

  std::uint32_t slot_of(EntityId e, TxAttribute& a);
  void complete(Slot& slot);
  // The fact of the slot that is one with v; kNone if neither the slot nor the database has it.
  std::uint32_t find(const Slot& slot, const Value& v) const;
  std::uint32_t find_or_read(Slot& slot, const Value& v);
  std::uint32_t insert(Slot& slot, const Value& v, TxId tx);
  void index_chain(const Slot& slot);
  void make_current(Slot& slot, std::uint32_t fact);
  bool replace(Slot& slot, const Value& v);
  void assert_fact(Slot& slot, const Value& v, TxId tx);
  void end(Slot& slot, std::uint32_t fact, TxId tx);
  void end(Slot& slot, std::uint32_t fact) { end(slot, fact, tx_); }
  std::vector<std::uint32_t> current_of(const Slot& slot) const;
  TxId tx_to_keep(const Slot& slot, const Value& v, TxId own_tx) const;

  // working_set_entities.cc
  void complete_entity(EntityId e);
  void complete_references(EntityId e);
  void index_entities();
  std::vector<std::uint32_t> current_of_entity(EntityId e) const;
  std::vector<std::uint32_t> current_references(EntityId e) const;

  std::uint32_t find_owner(const TxAttribute& a, const Value& v, std::uint64_t hash) const;
  std::uint32_t find_or_read_owner(const TxAttribute& a, const Value& v, std::uint64_t hash);
  std::uint32_t insert_owner(const TxAttribute& a, const Value& v, std::uint64_t hash, EntityId e);
  void disown(const TxAttribute& a, const Value& v);
  void record(const Fact& fact, bool added, TxId tx, TxId ends);

  BaseFacts& base_;
  Attributes& attributes_;
  TxId tx_;
  std::vector<Fact> facts_;
  std::vector<Slot> slots_;
  std::vector<Owner> owners_;
  HashIndex by_fact_;  // facts of long chains
  HashIndex by_slot_;
  HashIndex by_owner_;
  std::vector<format::Change> changes_;

  // Where an entity is the subject, and where it may be the object: made when the first entity is
  // retracted, and from then on as far as the lists had grown by the last one.
  struct Mentions {
    std::vector<std::uint32_t> slots;
    std::vector<std::uint32_t> facts;
  };
  std::unordered_map<EntityId, Mentions> mentions_;
  std::size_t slots_indexed_ = 0;
  std::size_t facts_indexed_ = 0;
};

}  // namespace stele::tx
