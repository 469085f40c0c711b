// [:db/cas e a old new]: a new value, if the old one is what it is believed to be. [T-25]
#include <algorithm>

#include "base/try.h"
#include "tx/attempt.h"
#include "tx/check.h"
#include "tx/errors.h"

namespace stele::tx {

using base::text;
using What = Reference::What;

namespace {

Error cas_failed(EntityId e, const TxAttribute& a, const std::vector<Value>& values,
                 const Value& expected, const Value& made, const Value& form) {
  const Value current = values.empty() ? Value() : values[0];
  const Value old = a.now.many ? Value::vector(values) : current;
  return invalid("transact/cas", text(":db.fn/cas failed on datom [", e, ' ', shown(a.ident), ' ',
                                      shown(old), "], expected ", shown(expected)))
      .with("old", old)
      .with("expected", expected)
      .with("new", made)
      .with("context", form);
}

}  // namespace

Done Attempt::run_cas(const Value& operation) {
  const auto items = operation.items();
  STELE_TRY(TxAttribute * a, attribute_named(item_at(items, 2)));
  STELE_TRY(const EntityId e, subject_of_cas(operation));
  STELE_DO(check_settled(e, *a));
  if (item_at(items, 4).is_nil()) return nil_value(operation);
  STELE_TRY(const Value expected, value_of_cas(*a, item_at(items, 3)));
  STELE_TRY(const Value made, value_of_cas(*a, item_at(items, 4)));
  STELE_DO(check_value(*a, made, is_strict_, operation));
  const auto values = facts_.values(e, *a);
  const bool is_so = expected.is_nil()
                         ? values.empty()
                         : std::any_of(values.begin(), values.end(),
                                       [&](const Value& v) { return compare(v, expected) == 0; });
  if (!is_so) return cas_failed(e, *a, values, expected, made, operation);
  return assert_fact(e, *a, made);
}

Result<EntityId> Attempt::subject_of_cas(const Value& operation) {
  const Value& named = item_at(operation.items(), 1);
  STELE_TRY(const Reference subject, references_.read(named, operation));
  if (subject.is(What::name)) return tempid_misuse(operation);
  if (subject.is(What::no_reference)) return no_entity_id(named, operation);
  if (subject.is(What::missing)) return entity_missing(named, operation);
  return subject.e;
}

// As it is stored. A tempid stands for nothing that could be compared.
Result<Value> Attempt::value_of_cas(const TxAttribute& a, const Value& v) {
  if (!a.now.is_ref() || v.is_nil()) return v;
  STELE_TRY(const Reference target, references_.read(v, *item_));
  if (target.is(What::entity)) return Value(target.e);
  if (target.is(What::missing)) return entity_missing(v, *item_);
  return no_entity_id(v, *item_);
}

}  // namespace stele::tx
