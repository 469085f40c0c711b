#include "tx/working_set.h"

#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "tx/fact_hash.h"

namespace stele::tx {
namespace {

// Slots of one entity are neighbours in the table, as they are used one after the other.
std::uint64_t slot_hash(EntityId e, const TxAttribute& a) {
  return base::mix(0, e) + (std::uint64_t{a.number} << 32);
}

std::uint64_t fact_key(EntityId e, const TxAttribute& a, std::uint64_t hash_of_v) {
  return base::mix(slot_hash(e, a), hash_of_v);
}

}  // namespace

WorkingSet::WorkingSet(BaseFacts& base, Attributes& attributes, TxId tx)
    : base_(base), attributes_(attributes), tx_(tx) {}

void WorkingSet::reserve(std::size_t facts) {
  facts_.reserve(facts);
  slots_.reserve(facts);
  changes_.reserve(facts + 1);
  by_slot_.reserve(facts);
}

// ---- Finding

std::uint32_t WorkingSet::slot_of(EntityId e, TxAttribute& a) {
  const std::uint64_t hash = slot_hash(e, a);
  const auto is_it = [&](std::uint32_t at) { return slots_[at].e == e && slots_[at].a == &a; };
  std::uint32_t at = by_slot_.find(hash, is_it);
  if (at != kNone) return at;
  at = static_cast<std::uint32_t>(slots_.size());
  slots_.push_back({.e = e, .a = &a, .complete = !base_.may_have(e)});
  by_slot_.insert(hash, at);
  return at;
}

std::uint32_t WorkingSet::find(const Slot& slot, const Value& v) const {
  if (slot.length <= kChainMax) {
    std::uint32_t at = slot.first;
    while (at != kNone && compare(facts_[at].v, v) != 0) at = facts_[at].next;
    return at;
  }
  return by_fact_.find(fact_key(slot.e, *slot.a, fact_hash(v)), [&](std::uint32_t at) {
    const Fact& fact = facts_[at];
    return fact.e == slot.e && fact.a == slot.a && compare(fact.v, v) == 0;
  });
}

// A current fact that the slot does not have yet.
std::uint32_t WorkingSet::insert(Slot& slot, const Value& v, TxId tx) {
  const auto at = static_cast<std::uint32_t>(facts_.size());
  facts_.push_back({slot.e, slot.a, v, tx, slot.first, false});
  slot.first = at;
  ++slot.length;
  if (slot.length == kChainMax + 1) index_chain(slot);
  if (slot.length > kChainMax + 1) by_fact_.insert(fact_key(slot.e, *slot.a, fact_hash(v)), at);
  make_current(slot, at);
  return at;
}

void WorkingSet::index_chain(const Slot& slot) {
  for (std::uint32_t at = slot.first; at != kNone; at = facts_[at].next) {
    by_fact_.insert(fact_key(slot.e, *slot.a, fact_hash(facts_[at].v)), at);
  }
}

void WorkingSet::make_current(Slot& slot, std::uint32_t fact) {
  facts_[fact].is_current = true;
  slot.newest = fact;
  ++slot.current;
}

std::uint32_t WorkingSet::find_or_read(Slot& slot, const Value& v) {
  const std::uint32_t at = find(slot, v);
  if (at != kNone || slot.complete) return at;
  const auto stored = base_.fact(slot.e, *slot.a, v);
  return stored ? insert(slot, stored->v, stored->tx) : kNone;
}

void WorkingSet::complete(Slot& slot) {
  if (slot.complete) return;
  for (const BaseFact& stored : base_.values(slot.e, *slot.a)) {
    if (find(slot, stored.v) == kNone) insert(slot, stored.v, stored.tx);
  }
  slot.complete = true;
}

// ---- Owners of unique values

std::uint32_t WorkingSet::find_owner(const TxAttribute& a, const Value& v,
                                     std::uint64_t hash) const {
  return by_owner_.find(base::mix(a.number, hash), [&](std::uint32_t at) {
    return owners_[at].a == &a && compare(owners_[at].v, v) == 0;
  });
}

std::uint32_t WorkingSet::insert_owner(const TxAttribute& a, const Value& v, std::uint64_t hash,
                                       EntityId e) {
  owners_.push_back({&a, v, e});
  const auto at = static_cast<std::uint32_t>(owners_.size() - 1);
  by_owner_.insert(base::mix(a.number, hash), at);
  return at;
}

std::uint32_t WorkingSet::find_or_read_owner(const TxAttribute& a, const Value& v,
                                             std::uint64_t hash) {
  const std::uint32_t at = find_owner(a, v, hash);
  return at != kNone ? at : insert_owner(a, v, hash, base_.owner(a, v).value_or(0));
}

std::optional<EntityId> WorkingSet::owner_of(const TxAttribute& a, const Value& v) {
  const EntityId e = owners_[find_or_read_owner(a, v, fact_hash(v))].e;
  return e == 0 ? std::nullopt : std::optional(e);
}

// The fact of its owner has ended, so nobody has the value now.
void WorkingSet::disown(const TxAttribute& a, const Value& v) {
  const std::uint64_t hash = fact_hash(v);
  const std::uint32_t at = find_owner(a, v, hash);
  if (at == kNone) {
    insert_owner(a, v, hash, 0);
  } else {
    owners_[at].e = 0;
  }
}

// ---- Changing

void WorkingSet::record(const Fact& fact, bool added, TxId tx, TxId ends) {
  TxAttribute& a = *fact.a;
  changes_.push_back(
      {.e = fact.e, .a = a.ident, .v = fact.v, .added = added, .tx = tx, .ends = ends});
  a.changed = true;
  a.facts_gained += added ? 1 : -1;
  if (!added) a.ended_any = true;
  if (a.makes_schema) attributes_.note(changes_.back());
}

void WorkingSet::end(Slot& slot, std::uint32_t at, TxId tx) {
  Fact& fact = facts_[at];
  fact.is_current = false;
  --slot.current;
  if (slot.a->is_unique()) disown(*slot.a, fact.v);
  record(fact, false, tx, fact.tx);
}

void WorkingSet::assert_fact(Slot& slot, const Value& v, TxId tx) {
  std::uint32_t at = find(slot, v);
  if (at == kNone) {
    at = insert(slot, v, tx);
  } else {
    // It was current before and has ended: what is written now is what is stored from now on.
    facts_[at].v = v;
    facts_[at].tx = tx;
    make_current(slot, at);
  }
  record(facts_[at], true, tx, 0);
}

// An older transaction than this one may only have said what nothing has spoken against since, or
// views of the past would show two truths.
TxId WorkingSet::tx_to_keep(const Slot& slot, const Value& v, TxId own_tx) const {
  if (own_tx == 0 || own_tx >= tx_) return tx_;
  const bool is_known = slot.a->now.many ? find(slot, v) != kNone : slot.first != kNone;
  return is_known || base_.ended_since(slot.e, *slot.a, own_tx) ? tx_ : own_tx;
}

// Ends the current values other than v. True if v is current.
bool WorkingSet::replace(Slot& slot, const Value& v) {
  complete(slot);
  if (slot.current == 0) return false;
  if (slot.current == 1 && facts_[slot.newest].is_current) {
    if (compare(facts_[slot.newest].v, v) == 0) return true;
    end(slot, slot.newest);
    return false;
  }
  bool is_there = false;
  for (const std::uint32_t at : current_of(slot)) {
    if (compare(facts_[at].v, v) == 0) {
      is_there = true;
    } else {
      end(slot, at);
    }
  }
  return is_there;
}

std::optional<EntityId> WorkingSet::add(EntityId e, TxAttribute& a, const Value& v, TxId own_tx) {
  std::uint32_t owner = kNone;
  if (a.is_unique()) {
    owner = find_or_read_owner(a, v, fact_hash(v));
    const EntityId other = owners_[owner].e;
    if (other != 0 && other != e) return other;
  }
  Slot& slot = slots_[slot_of(e, a)];
  if (a.now.many) {
    const std::uint32_t at = find_or_read(slot, v);
    if (at != kNone && facts_[at].is_current) return std::nullopt;
  } else if (replace(slot, v)) {
    return std::nullopt;
  }
  assert_fact(slot, v, tx_to_keep(slot, v, own_tx));
  if (owner != kNone) owners_[owner].e = e;
  return std::nullopt;
}

void WorkingSet::retract(EntityId e, TxAttribute& a, const Value& v, TxId own_tx) {
  Slot& slot = slots_[slot_of(e, a)];
  const std::uint32_t at = find_or_read(slot, v);
  if (at == kNone || !facts_[at].is_current) return;
  const bool had_begun = facts_[at].tx <= own_tx && own_tx <= tx_;
  end(slot, at, had_begun ? own_tx : tx_);
}

void WorkingSet::retract_all(EntityId e, TxAttribute& a) {
  Slot& slot = slots_[slot_of(e, a)];
  complete(slot);
  for (const std::uint32_t at : current_of(slot)) end(slot, at);
}

// In the order of the index, whatever the chain is like.
std::vector<std::uint32_t> WorkingSet::current_of(const Slot& slot) const {
  std::vector<std::uint32_t> current;
  for (std::uint32_t at = slot.first; at != kNone; at = facts_[at].next) {
    if (facts_[at].is_current) current.push_back(at);
  }
  std::sort(current.begin(), current.end(), [&](std::uint32_t x, std::uint32_t y) {
    return compare(facts_[x].v, facts_[y].v) < 0;
  });
  return current;
}

std::vector<Value> WorkingSet::values(EntityId e, TxAttribute& a) {
  Slot& slot = slots_[slot_of(e, a)];
  complete(slot);
  std::vector<Value> out;
  for (const std::uint32_t at : current_of(slot)) out.push_back(facts_[at].v);
  return out;
}

// ---- For checking schema

bool WorkingSet::has_several(const TxAttribute& a) {
  std::unordered_map<EntityId, std::uint32_t> values;
  for (const auto& stored : base_.all(a)) ++values[stored.e];
  // Slots know better than the database before them about all the facts that they hold.
  for (const auto& change : changes_) {
    if (change.a == a.ident) values[change.e] += change.added ? 1 : UINT32_MAX;
  }
  for (const auto& [e, n] : values) {
    if (n > 1) return true;
  }
  return false;
}

}  // namespace stele::tx
