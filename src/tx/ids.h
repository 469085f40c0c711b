// Ids: which entity each name in a transaction stands for, and which ids are handed out.
//
// Entities without an id appear under *names*: tempids, and entity maps that say no :db/id. A name
// gets an id on first need, either a new one or that of the entity which already has the name's
// unique identity. Sometimes the latter shows only after a new id was given; then the attempt ends
// and the transaction runs again with what was learnt, so that the outcome is as if it had been
// known from the start. [T-53, U-9]
//
// Not thread safe.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include <stele/report.h>

#include "tx/hash_index.h"

namespace stele::tx {

// The n-th tempid or the n-th entity map of a transaction; the same in every attempt.
using Name = std::uint64_t;

// What stays from attempt to attempt: the tempids by number, and what was learnt: names that stand
// for one entity, and existing entities that names stand for (a union-find forest over names).
class Bindings {
 public:
  // The name of a tempid.
  Name tempid(const Value& tempid);
  // In the order of their first occurrence: name >> 1 is the position.
  std::span<const Value> tempids() const { return tempids_; }

  bool empty() const { return nodes_.empty(); }
  Name root(Name name) const;
  std::optional<EntityId> entity_of(Name root) const;
  // The two stand for one entity. False if that would make one of two existing entities; those
  // are then in `conflict`.
  bool unite(Name a, Name b);
  bool bind(Name name, EntityId e);
  const std::pair<EntityId, EntityId>& conflict() const { return conflict_; }

 private:
  struct Node {
    Name parent = 0;
    EntityId entity = 0;  // of a root; 0: not known
  };
  Node& node(Name name) { return nodes_.try_emplace(name, Node{name, 0}).first->second; }

  std::vector<Value> tempids_;
  HashIndex by_tempid_;
  std::unordered_map<Name, Node> nodes_;
  std::pair<EntityId, EntityId> conflict_;
};

class Ids {
 public:
  // `bindings` outlives the attempt, and learns from it.
  Ids(EntityId max_eid, Bindings& bindings) : max_eid_(max_eid), bindings_(bindings) {}

  // The id is spoken for: no new entity may get it. [T-36]
  void reserve(EntityId e) {
    if (e < kTx0 && e > reserved_) reserved_ = e;
  }
  // The id occurs in an assertion. [D-12]
  void advance(EntityId e) {
    if (e < kTx0 && e > max_eid_) max_eid_ = e;
  }
  EntityId max_eid() const { return max_eid_; }

  Name tempid(const Value& tempid) { return bindings_.tempid(tempid); }
  Name next_map() { return maps_++ << 1 | 1; }

  // The entity that the name is known to stand for by now.
  std::optional<EntityId> known(Name name) const;
  // The same, or a new one. Error: `limit` `:transact/entity-ids`: there are no more.
  Result<EntityId> entity_of(Name name);

  // The tempid is the entity that something is asserted of, not only a value. [T-35]
  void is_subject(Name name) {
    if (name >> 1 >= subjects_.size()) subjects_.resize((name >> 1) + 1);
    subjects_[name >> 1] = true;
  }
  std::vector<Value> tempids_only_referred_to() const;

  // A unique identity says that the name stands for `e`.
  enum class Meeting {
    agreed,    // so it is
    restart,   // it had another id; the transaction must run again
    conflict,  // it cannot be: bindings().conflict() says why
  };
  Meeting meet(Name name, EntityId e);
  const Bindings& bindings() const { return bindings_; }

  // Tempids in the order of their first occurrence, with their entities. [T-37]
  std::vector<std::pair<Value, EntityId>> tempids() const;

 private:
  struct Allocation {
    EntityId entity;
    Name name;
  };
  static bool is_tempid(Name name) { return (name & 1) == 0; }

  void remember(Name name, EntityId e);
  Result<EntityId> allocate(Name name);
  // The name that made the entity in this attempt; nullptr if it was there before.
  const Allocation* made(EntityId e) const;

  EntityId max_eid_;
  EntityId reserved_ = 0;
  Bindings& bindings_;
  std::uint64_t maps_ = 0;
  std::vector<bool> subjects_;                        // by name >> 1
  std::vector<EntityId> tempid_entities_;             // by name >> 1; 0: none yet
  std::vector<Allocation> allocations_;               // ascending
  std::unordered_map<Name, EntityId> root_entities_;  // of names in bindings_, in this attempt
};

}  // namespace stele::tx
