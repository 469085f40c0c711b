// Whole entities and attributes taken away, with what is a component of them. [T-22, T-23]
#include <algorithm>

#include "base/try.h"
#include "tx/attempt.h"
#include "tx/errors.h"

namespace stele::tx {

Done Attempt::run_retract_entity(const Value& operation) {
  STELE_TRY(const auto e, subject_of_retract(operation));
  return e ? retract_entities({*e}) : Done();
}

Done Attempt::run_retract_attribute(const Value& operation) {
  STELE_TRY(TxAttribute * a, attribute_named(item_at(operation.items(), 2)));
  STELE_TRY(const auto e, subject_of_retract(operation));
  if (!e) return {};
  STELE_DO(check_settled(*e, *a));
  std::vector<EntityId> owned;
  if (a->now.component && a->now.is_ref()) {
    for (const Value& v : facts_.values(*e, *a)) {
      owned.push_back(static_cast<EntityId>(v.as_int64()));
    }
  }
  facts_.retract_all(*e, *a);
  return retract_entities(std::move(owned));
}

// Each with all its components before the next. Whoever comes up again on a cycle has nothing left
// by then, so this ends.
Done Attempt::retract_entities(std::vector<EntityId> entities) {
  static const Value kInstant = Value::keyword("db/txInstant");
  TxAttribute& instant = *attributes_.of(kInstant);
  std::reverse(entities.begin(), entities.end());
  while (!entities.empty() && base_.keep_going()) {
    const EntityId e = entities.back();
    entities.pop_back();
    const bool has_instant = e >= kTx0 && (e == tx_ || !facts_.values(e, instant).empty());
    if (has_instant) STELE_DO(check_settled(e, instant));
    const auto components = facts_.retract_entity(e);
    entities.insert(entities.end(), components.rbegin(), components.rend());
  }
  return {};
}

}  // namespace stele::tx
