#include "tx/ids.h"

#include <algorithm>

#include "base/try.h"

namespace stele::tx {

// ---- Bindings

Name Bindings::tempid(const Value& tempid) {
  const std::uint64_t hashed = hash(tempid);
  const auto is_it = [&](std::uint32_t at) { return tempids_[at] == tempid; };
  std::uint32_t at = by_tempid_.find(hashed, is_it);
  if (at == HashIndex::kNone) {
    at = static_cast<std::uint32_t>(tempids_.size());
    tempids_.push_back(tempid);
    by_tempid_.insert(hashed, at);
  }
  return Name{at} << 1;
}

Name Bindings::root(Name name) const {
  for (auto at = nodes_.find(name); at != nodes_.end(); at = nodes_.find(name)) {
    if (at->second.parent == name) break;
    name = at->second.parent;
  }
  return name;
}

std::optional<EntityId> Bindings::entity_of(Name root) const {
  const auto at = nodes_.find(root);
  if (at == nodes_.end() || at->second.entity == 0) return std::nullopt;
  return at->second.entity;
}

bool Bindings::unite(Name a, Name b) {
  const Name root_a = root(a);
  const Name root_b = root(b);
  node(root_a);
  node(root_b);
  if (root_a == root_b) return true;
  Node& kept = nodes_.at(root_a);
  Node& joined = nodes_.at(root_b);
  if (kept.entity != 0 && joined.entity != 0 && kept.entity != joined.entity) {
    conflict_ = {kept.entity, joined.entity};
    return false;
  }
  if (kept.entity == 0) kept.entity = joined.entity;
  joined.parent = root_a;
  return true;
}

bool Bindings::bind(Name name, EntityId e) {
  Node& at = node(root(name));
  if (at.entity != 0 && at.entity != e) {
    conflict_ = {at.entity, e};
    return false;
  }
  at.entity = e;
  return true;
}

// ---- Ids

std::optional<EntityId> Ids::known(Name name) const {
  if (is_tempid(name) && name >> 1 < tempid_entities_.size()) {
    if (const EntityId e = tempid_entities_[name >> 1]; e != 0) return e;
  }
  if (bindings_.empty()) return std::nullopt;
  const Name root = bindings_.root(name);
  if (const auto bound = bindings_.entity_of(root)) return bound;
  const auto at = root_entities_.find(root);
  return at == root_entities_.end() ? std::nullopt : std::optional(at->second);
}

Result<EntityId> Ids::entity_of(Name name) {
  if (const auto e = known(name)) {
    remember(name, *e);
    return *e;
  }
  STELE_TRY(const EntityId e, allocate(name));
  remember(name, e);
  return e;
}

void Ids::remember(Name name, EntityId e) {
  if (is_tempid(name)) {
    tempid_entities_.resize(std::max(tempid_entities_.size(), bindings_.tempids().size()));
    tempid_entities_[name >> 1] = e;
  }
  if (!bindings_.empty()) root_entities_.try_emplace(bindings_.root(name), e);
}

Result<EntityId> Ids::allocate(Name name) {
  const EntityId e = std::max(max_eid_, reserved_) + 1;
  if (e >= kTx0) {
    return Error(ErrorCategory::limit, "transact/entity-ids",
                 "There is no id left for a new entity: ids of entities end below 536870912.");
  }
  max_eid_ = e;
  allocations_.push_back({e, name});
  return e;
}

const Ids::Allocation* Ids::made(EntityId e) const {
  const auto at = std::lower_bound(allocations_.begin(), allocations_.end(), e,
                                   [](const Allocation& a, EntityId id) { return a.entity < id; });
  return at != allocations_.end() && at->entity == e ? &*at : nullptr;
}

Ids::Meeting Ids::meet(Name name, EntityId e) {
  const auto had = known(name);
  if (!had || *had == e) {
    remember(name, e);
    return Meeting::agreed;
  }
  // Whoever was made new for the one is the other. Two that existed before stay two.
  const auto learn = [&](EntityId id) {
    const Allocation* allocation = made(id);
    return allocation ? bindings_.unite(name, allocation->name) : bindings_.bind(name, id);
  };
  return learn(*had) && learn(e) ? Meeting::restart : Meeting::conflict;
}

std::vector<Value> Ids::tempids_only_referred_to() const {
  std::vector<Value> out;
  for (std::size_t i = 0; i < tempid_entities_.size(); ++i) {
    const bool is_subject = i < subjects_.size() && subjects_[i];
    if (tempid_entities_[i] != 0 && !is_subject) out.push_back(bindings_.tempids()[i]);
  }
  return out;
}

std::vector<std::pair<Value, EntityId>> Ids::tempids() const {
  std::vector<std::pair<Value, EntityId>> out;
  for (std::size_t i = 0; i < tempid_entities_.size(); ++i) {
    if (tempid_entities_[i] != 0) out.emplace_back(bindings_.tempids()[i], tempid_entities_[i]);
  }
  return out;
}

}  // namespace stele::tx
