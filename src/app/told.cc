#include "app/told.h"

#include "db/state.h"
#include "door/secrets.h"

namespace stele::app {

namespace {
Value key(std::string_view name) { return Value::keyword(name); }
}  // namespace

Value told(const Error& error) {
  return Value::map({{key("code"), key(error.code())},
                     {key("message"), Value(error.message())},
                     {key("data"), error.data()}});
}

Value told(const Datom& datom) {
  return Value::vector({Value(datom.e), datom.a, datom.v, Value(datom.tx), Value(datom.added)});
}

Value told(const std::vector<Datom>& datoms) {
  std::vector<Value> all;
  all.reserve(datoms.size());
  for (const auto& datom : datoms) all.push_back(told(datom));
  return Value::vector(std::move(all));
}

Value told(const Transaction& transaction) {
  return Value::map({{key("t"), Value(transaction.t)},
                     {key("instant"), Value(transaction.instant)},
                     {key("nonce"), Value(transaction.nonce)},
                     {key("data"), told(transaction.datoms)}});
}

Value told(const std::vector<Transaction>& transactions) {
  std::vector<Value> all;
  all.reserve(transactions.size());
  for (const auto& transaction : transactions) all.push_back(told(transaction));
  return Value::vector(std::move(all));
}

Value told(const TxReport& report) {
  std::vector<Value::Entry> tempids;
  for (const auto& [tempid, id] : report.tempids) tempids.emplace_back(tempid, Value(id));
  std::vector<Value::Entry> entries = {{key("tx-data"), told(report.tx_data)},
                                       {key("tempids"), Value::map(std::move(tempids))},
                                       {key("tx-meta"), report.tx_meta},
                                       {key("max-tx"), Value(report.db_after.max_tx())},
                                       {key("max-eid"), Value(report.db_after.max_eid())}};
  if (report.repeated) entries.emplace_back(key("repeated"), Value(true));
  return Value::map(std::move(entries));
}

Value told(const QueryStatistics& statistics) {
  return Value::map({{key("nodes"), Value(statistics.nodes)},
                     {key("requests"), Value(statistics.requests)},
                     {key("bytes"), Value(statistics.bytes)},
                     {key("rounds"), Value(statistics.rounds)}});
}

std::string_view name(TransactionOutcome::State state) {
  switch (state) {
    case TransactionOutcome::State::committed:
      return "committed";
    case TransactionOutcome::State::not_committed:
      return "not-committed";
    case TransactionOutcome::State::unknown:
      break;
  }
  return "unknown";
}

Value told(const TransactionOutcome& outcome) {
  std::vector<Value::Entry> entries = {{key("state"), key(name(outcome.state))}};
  if (outcome.state == TransactionOutcome::State::committed) {
    entries.emplace_back(key("tx"), Value(outcome.tx));
    entries.emplace_back(key("instant"), Value(outcome.instant));
    entries.emplace_back(key("commit-id"), Value(outcome.commit_id));
  }
  return Value::map(std::move(entries));
}

Value told_config(const Db& db, const Value& given) {
  const auto& state = *db.state();
  const Value* store = given.is(Kind::map) ? given.find_keyword("store") : nullptr;
  return Value::map(
      {{key("store"), door::without_secrets(store ? *store : given)},
       {key("branch"), key(state.branch)},
       {key("schema-flexibility"), key(state.config.schema_on_read ? "read" : "write")},
       {key("keep-history?"), Value(state.config.keep_history)},
       {key("attribute-refs?"), Value(state.config.attribute_refs)}});
}

Value told_basis(const Db& db, const Value& config) {
  return Value::map({{key("config"), config},
                     {key("max-tx"), Value(db.max_tx())},
                     {key("max-eid"), Value(db.max_eid())}});
}

}  // namespace stele::app
