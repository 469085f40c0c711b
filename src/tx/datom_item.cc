// #datom [e a v tx added]: what the report of another database says, said to this one. [T-24]
//
// It means what it meant there: entities are numbers, references too. The transaction that it names
// is kept where that does not contradict what this database knows: see WorkingSet::add, retract.
#include "base/try.h"
#include "tx/attempt.h"
#include "tx/check.h"
#include "tx/errors.h"

namespace stele::tx {

using base::text;

namespace {

Error bad_datom(std::string_view what, const Value& item) {
  return syntax_error(text("Bad datom ", shown(item), ": ", what,
                           "; expected #datom [e a v tx added], of which tx and added may be left "
                           "out"),
                      item);
}

bool is_id(const Value& v) { return v.is(Kind::int64) && v.as_int64() > 0; }

}  // namespace

Done Attempt::run_datom(const Value& item) {
  const Value& parts = item.tagged_value();
  if (!parts.is_sequential()) return bad_datom("it is no vector", item);
  const auto items = parts.items();
  if (items.size() < 3 || items.size() > 5) return bad_datom("it has no 3 to 5 elements", item);
  if (!is_id(items[0])) return bad_datom("its entity is no id", item);
  const Value& tx = item_at(items, 3);
  const bool names_tx = is_id(tx) && static_cast<TxId>(tx.as_int64()) >= kTx0;
  if (!tx.is_nil() && !names_tx) return bad_datom("its transaction is no id of one", item);
  const Value& added = item_at(items, 4);
  if (!added.is_nil() && !added.is(Kind::boolean)) return bad_datom("added is no boolean", item);
  if (items[2].is_nil()) return nil_value(item);

  STELE_TRY(TxAttribute * a, attribute_named(items[1]));
  STELE_TRY(const Reference subject, references_.read(items[0], item));
  if (a->now.is_ref() && !is_id(items[2])) return bad_value("an entity id", items[2], item);
  const TxId own_tx = names_tx ? static_cast<TxId>(tx.as_int64()) : 0;
  const bool asserts = added.is_nil() || added.as_bool();
  // When another transaction happened says nothing about this one.
  const bool is_of_another = a->is_tx_instant && subject.e == own_tx && own_tx != tx_;
  if (is_of_another) return {};
  if (asserts) return assert_fact(subject.e, *a, items[2], own_tx);
  STELE_DO(check_settled(subject.e, *a));
  STELE_DO(check_value(*a, items[2], is_strict_, item));
  facts_.retract(subject.e, *a, items[2], own_tx);
  return {};
}

}  // namespace stele::tx
