// WorkingSet: whole entities, with all that refers to them. [T-23, U-7]
#include <algorithm>

#include "tx/working_set.h"

namespace stele::tx {

// All that the database before has of the entity, in one read.
void WorkingSet::complete_entity(EntityId e) {
  for (const auto& stored : base_.entity(e)) {
    Slot& slot = slots_[slot_of(e, *attributes_.stored(stored.a))];
    if (slot.complete) continue;
    if (find(slot, stored.v) == kNone) insert(slot, stored.v, stored.tx);
  }
  index_entities();
  if (const auto at = mentions_.find(e); at != mentions_.end()) {
    for (const std::uint32_t slot : at->second.slots) slots_[slot].complete = true;
  }
}

void WorkingSet::complete_references(EntityId e) {
  const Value v(e);
  for (const auto& stored : base_.references_to(e)) {
    Slot& slot = slots_[slot_of(stored.e, *attributes_.stored(stored.a))];
    if (!slot.complete && find(slot, v) == kNone) insert(slot, v, stored.tx);
  }
}

void WorkingSet::index_entities() {
  for (; slots_indexed_ < slots_.size(); ++slots_indexed_) {
    const auto at = static_cast<std::uint32_t>(slots_indexed_);
    mentions_[slots_[at].e].slots.push_back(at);
  }
  for (; facts_indexed_ < facts_.size(); ++facts_indexed_) {
    const auto at = static_cast<std::uint32_t>(facts_indexed_);
    const Value& v = facts_[at].v;
    if (!v.is(Kind::int64) || v.as_int64() <= 0) continue;
    mentions_[static_cast<EntityId>(v.as_int64())].facts.push_back(at);
  }
}

std::vector<std::uint32_t> WorkingSet::current_of_entity(EntityId e) const {
  std::vector<std::uint32_t> slots;
  if (const auto at = mentions_.find(e); at != mentions_.end()) slots = at->second.slots;
  std::sort(slots.begin(), slots.end(), [&](std::uint32_t x, std::uint32_t y) {
    return compare(slots_[x].a->ident, slots_[y].a->ident) < 0;
  });
  std::vector<std::uint32_t> facts;
  for (const std::uint32_t slot : slots) {
    const auto current = current_of(slots_[slot]);
    facts.insert(facts.end(), current.begin(), current.end());
  }
  return facts;
}

std::vector<std::uint32_t> WorkingSet::current_references(EntityId e) const {
  std::vector<std::uint32_t> facts;
  if (const auto at = mentions_.find(e); at != mentions_.end()) facts = at->second.facts;
  std::erase_if(facts, [&](std::uint32_t at) {
    return !facts_[at].is_current || !facts_[at].a->now.is_ref();
  });
  std::sort(facts.begin(), facts.end(), [&](std::uint32_t x, std::uint32_t y) {
    const int order = compare(facts_[x].a->ident, facts_[y].a->ident);
    return order != 0 ? order < 0 : facts_[x].e < facts_[y].e;
  });
  return facts;
}

std::vector<EntityId> WorkingSet::retract_entity(EntityId e) {
  complete_entity(e);
  complete_references(e);
  index_entities();
  std::vector<EntityId> components;
  for (const std::uint32_t at : current_of_entity(e)) {
    const Fact fact = facts_[at];
    if (fact.a->now.component && fact.a->now.is_ref()) {
      components.push_back(static_cast<EntityId>(fact.v.as_int64()));
    }
    end(slots_[slot_of(fact.e, *fact.a)], at);
  }
  // What the entity said of itself has ended already, and is listed once. [U-7]
  for (const std::uint32_t at : current_references(e)) {
    const Fact fact = facts_[at];
    end(slots_[slot_of(fact.e, *fact.a)], at);
  }
  return components;
}

}  // namespace stele::tx
