#include "tx/transact.h"

#include <algorithm>

#include "base/try.h"
#include "tx/attempt.h"
#include "tx/errors.h"
#include "tx/foresee.h"
#include "tx/schema_check.h"

namespace stele::tx {

using base::text;

namespace {

// ---- Before

Done check_request(const Db& before, const TxInput& input) {
  if (before.is_view()) {
    return invalid("transaction/filtered",
                   "Filtered DB cannot be modified: it shows a moment of the past. Transact to the "
                   "database that it was made from.");
  }
  if (!input.tx_data.is_nil() && !input.tx_data.is_sequential()) {
    return syntax_error(
        text("Bad transaction data ", shown(input.tx_data), ", expected sequential collection"),
        input.tx_data);
  }
  if (!input.tx_meta.is_nil() && !input.tx_meta.is(Kind::map)) {
    return syntax_error(text("Bad transaction meta ", shown(input.tx_meta), ", expected map"),
                        input.tx_meta);
  }
  if (!before.state()->config.attribute_refs) return {};
  return unsupported("databases with :attribute-refs? true", Value());
}

// ---- After

const Value& instant_ident() {
  static const Value ident = Value::keyword("db/txInstant");
  return ident;
}

// max(now, the last one), so that a clock set back does not reorder the past. [T-72]
Instant instant_of(const Attempt& attempt, const db::State& before, const TxContext& context) {
  if (attempt.instant()) return *attempt.instant();
  return before.max_tx == kTx0 ? context.now : std::max(context.now, before.instant);
}

std::shared_ptr<format::TxRecord> make_record(Attempt& attempt, const db::State& before,
                                              const TxContext& context) {
  auto record = std::make_shared<format::TxRecord>();
  record->tx = attempt.tx();
  record->parent = before.commit_id;
  record->nonce = context.nonce;
  record->instant = instant_of(attempt, before, context);
  record->max_eid = attempt.ids().max_eid();
  record->changes = std::move(attempt.facts().changes());
  if (before.config.keep_history) record->changes[0].v = Value(record->instant);
  return record;
}

Value meta_of(const TxInput& input, Instant instant) {
  std::vector<Value::Entry> entries;
  if (!input.tx_meta.is_nil()) {
    entries.assign(input.tx_meta.entries().begin(), input.tx_meta.entries().end());
  }
  entries.emplace_back(instant_ident(), Value(instant));
  return Value::map(std::move(entries));
}

std::vector<std::pair<Value, EntityId>> tempids_of(const Attempt& attempt) {
  static const Value current = Value::keyword("db/current-tx");
  auto tempids = attempt.ids().tempids();
  tempids.emplace_back(current, attempt.tx());
  for (const Value& marker : attempt.markers()) {
    if (!(marker == current)) tempids.emplace_back(marker, attempt.tx());
  }
  return tempids;
}

TxOutcome make_outcome(const Db& before, const TxInput& input, const TxContext& context,
                       Attempt& attempt) {
  const auto record = make_record(attempt, *before.state(), context);
  TxOutcome outcome;
  outcome.record_bytes = format::encode_tx(*record);
  const auto commit_id = format::commit_id_of(outcome.record_bytes, record->parent);
  TxReport& report = outcome.report;
  report.db_before = before;
  report.db_after = Db(db::apply(before.state(), record, commit_id), nullptr);
  report.tx = record->tx;
  report.nonce = record->nonce;
  report.tx_data.reserve(record->changes.size());
  for (const auto& c : record->changes) report.tx_data.push_back({c.e, c.a, c.v, c.tx, c.added});
  report.tempids = tempids_of(attempt);
  report.tx_meta = meta_of(input, record->instant);
  outcome.record = record;
  return outcome;
}

}  // namespace

// ---- The transaction

Result<TxOutcome> transact(const Db& before, const TxInput& input, const TxContext& context,
                           tree::Reader& reader) {
  STELE_DO(check_request(before, input));
  STELE_TRY(const db::View view, db::View::open(before, reader));
  const format::Config& config = view.state().config;
  announce_reads(view, input, reader);
  Bindings bindings;
  for (;;) {
    Attempt attempt(view, reader, bindings);
    if (config.keep_history) attempt.facts().begin_with(instant_ident());
    Done done = attempt.run(input);
    if (done.ok()) done = check_schema(attempt, !config.schema_on_read, config.keep_history);
    // What was read in vain may have led to any error, so that comes first.
    if (!reader.ok()) return db::reader_error(reader);
    // Every restart has learnt something about a tempid, and there are finitely many.
    if (attempt.wants_restart()) continue;
    if (!done.ok()) return std::move(done).error();
    return make_outcome(before, input, context, attempt);
  }
}

}  // namespace stele::tx
