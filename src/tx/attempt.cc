#include "tx/attempt.h"

#include "base/try.h"

namespace stele::tx {

Attempt::Attempt(const db::View& view, db::Reader& reader, Bindings& bindings)
    : is_strict_(!view.state().config.schema_on_read),
      keeps_history_(view.state().config.keep_history),
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
  return {};
}

}  // namespace stele::tx
