// Ids that the input spells out. They are reserved before anything runs, so that no tempid is given
// an id which an item further on means for another entity. [T-36, X-124]
#include "tx/attempt.h"

namespace stele::tx {
namespace {

bool is_cas(const Value& word) { return word.is_keyword("db/cas") || word.is_keyword("db.fn/cas"); }

}  // namespace

void Attempt::reserve_ids(const Value& items) {
  if (!items.is_sequential()) return;
  std::size_t facts = 0;  // at least, but for nested maps and collections
  for (const Value& item : items.items()) {
    facts += item.is(Kind::map) ? item.entries().size() : 1;
    if (item.is(Kind::map)) reserve_ids_of_map(item);
    if (item.is_sequential()) reserve_ids_of_vector(item);
    if (is_datom(item)) reserve_ids_of_datom(item);
  }
  facts_.reserve(facts);
}

void Attempt::reserve_value(const TxAttribute& a, const Value& v) {
  const bool names_entity =
      a.use == TxAttribute::Use::entity_id || a.use == TxAttribute::Use::reverse || a.now.is_ref();
  if (!names_entity) return;
  if (v.is(Kind::int64)) {
    if (v.as_int64() > 0) ids_.reserve(static_cast<EntityId>(v.as_int64()));
  } else if (v.is_sequential() || v.is(Kind::set)) {
    for (const Value& one : v.items()) {
      if (one.is(Kind::int64) && one.as_int64() > 0) {
        ids_.reserve(static_cast<EntityId>(one.as_int64()));
      }
    }
  }
}

void Attempt::reserve_ids_of_map(const Value& map) {
  for (const auto& [key, v] : map.entries()) {
    if (const TxAttribute* a = attributes_.of(key)) reserve_value(*a, v);
  }
}

void Attempt::reserve_entity(const Value& e) {
  if (e.is(Kind::int64) && e.as_int64() > 0) ids_.reserve(static_cast<EntityId>(e.as_int64()));
}

// What asserts something: [:db/add e a v], [:db/cas e a old new].
void Attempt::reserve_ids_of_vector(const Value& vector) {
  const auto items = vector.items();
  const bool is_add = items.size() == 4 && items[0].is_keyword("db/add");
  if (!is_add && !(items.size() == 5 && is_cas(items[0]))) return;
  reserve_entity(items[1]);
  if (const TxAttribute* a = attributes_.of(items[2])) reserve_value(*a, items.back());
}

// #datom [e a v tx added]
void Attempt::reserve_ids_of_datom(const Value& datom) {
  if (!datom.tagged_value().is_sequential()) return;
  const auto items = datom.tagged_value().items();
  if (items.size() < 3 || item_at(items, 4) == Value(false)) return;
  reserve_entity(items[0]);
  if (const TxAttribute* a = attributes_.of(items[1])) reserve_value(*a, items[2]);
}

}  // namespace stele::tx
