#include "tx/attempt.h"

#include "base/try.h"
#include "tx/errors.h"

namespace stele::tx {

Attempt::Attempt(const db::View& view, db::Reader& reader, Bindings& bindings)
    : config_(view.state().config),
      is_strict_(!config_.schema_on_read),
      keeps_history_(config_.keep_history),
      tx_(view.state().max_tx + 1),
      base_(view, reader),
      attributes_(view.state().schema),
      ids_(view.state().max_eid, bindings),
      facts_(base_, attributes_, tx_),
      references_(attributes_, facts_, ids_, tx_) {}

Done Attempt::run(const TxInput& input) {
  reserve_ids(input.tx_data);
  STELE_DO(run_meta(input.tx_meta));
  if (input.tx_data.is_nil()) return {};
  std::size_t items_run = 0;
  for (const Value& item : input.tx_data.items()) {
    STELE_DO(run_item(item));
    const bool asks_the_time = ++items_run % 256 == 0;
    if (asks_the_time ? !base_.keep_going() : !base_.ok()) return {};
  }
  return input.strict_tempids ? check_tempids() : Done();
}

// Tempids that nothing is said about, though something refers to them. [T-35, X-90]
Done Attempt::check_tempids() const {
  std::vector<Value> loose = ids_.tempids_only_referred_to();
  if (loose.empty()) return {};
  const Value tempids = Value::vector(std::move(loose));
  return syntax_error(base::text("Tempids used only as value in transaction: ", shown(tempids),
                                 ". Leave :strict-tempids? out to allow it."),
                      tempids);
}

}  // namespace stele::tx
