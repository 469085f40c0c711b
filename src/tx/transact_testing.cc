#include "tx/transact_testing.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "edn/writer.h"

namespace stele::tx {
namespace {

std::string shown_fact(const Datom& datom) {
  return base::text(datom.e, ' ', edn::write(datom.a), ' ', edn::write(datom.v));
}

std::string shown_facts(const Result<std::vector<Datom>>& datoms) {
  if (!datoms.ok()) return datoms.error().message();
  std::string out;
  for (const Datom& datom : *datoms) {
    if (datom.a.is_keyword("db/txInstant")) continue;
    out += (out.empty() ? "[" : " [") + shown_fact(datom) + "]";
  }
  return out;
}

}  // namespace

TestLine::TestLine(const format::Config& config)
    : store_(store::make_memory_store()),
      source_(tree::make_store_source(store_, std::make_shared<tree::NodeCache>())),
      head_(format::encode_snapshot({.config = config})),
      state_(db::empty_state(config, "db", source_)) {}

Result<TxOutcome> TestLine::transact(const Value& argument) {
  auto input = read_input(argument);
  if (!input.ok()) return std::move(input).error();
  const auto second = static_cast<std::int64_t>(next_tx() - kTx0);
  tree::Reader reader;
  auto outcome = tx::transact(db(), *input, {Instant{second * 1000}, Uuid{next_tx(), 7}}, reader);
  if (!outcome.ok()) return outcome;
  head_.insert(head_.end(), outcome->record_bytes.begin(), outcome->record_bytes.end());
  state_ = outcome->report.db_after.state();
  return outcome;
}

TxOutcome TestLine::must(std::string_view argument) {
  auto outcome = transact_text(argument);
  EXPECT_TRUE(outcome.ok()) << argument << "\n"
                            << outcome.error().code() << ": " << outcome.error().message();
  return outcome.ok() ? *std::move(outcome) : TxOutcome();
}

std::string TestLine::fails(std::string_view argument) {
  const db::StatePtr before = state_;
  auto outcome = transact_text(argument);
  EXPECT_FALSE(outcome.ok()) << argument;
  EXPECT_EQ(before, state_);
  if (outcome.ok()) return "";
  EXPECT_EQ(outcome.error().category(), ErrorCategory::invalid);
  return outcome.error().code() + ": " + outcome.error().message();
}

std::string TestLine::facts(IndexOrder order) const { return shown_facts(db().datoms(order)); }

std::string TestLine::facts_of(EntityId e) const {
  return shown_facts(db().datoms(IndexOrder::eavt, std::vector<Value>{Value(e)}));
}

void TestLine::fold() {
  const auto write = [&](const base::Hash& name, base::Bytes bytes) {
    return store_->write_once(format::pack_key(name), bytes, {});
  };
  const tree::TreeShape tiny = {
      .leaf_rows_target = 8, .leaf_rows_max = 16, .leaf_rows_min = 2, .fanout_max = 4};
  tree::PackSink sink(base::system_environment(), write);
  tree::Reader reader;
  auto snapshot = db::fold(*state_, reader, sink, tiny);
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().message();
  head_ = format::encode_snapshot(*snapshot);
  state_ = reopened();
}

db::StatePtr TestLine::reopened() const {
  auto head = format::decode_head(head_);
  EXPECT_TRUE(head.ok()) << head.error().message();
  auto state = db::open_state(*head, source_);
  EXPECT_TRUE(state.ok()) << state.error().message();
  return *state;
}

std::string effects(const TxReport& report) {
  std::string out;
  for (const Datom& datom : report.tx_data) {
    if (datom.a.is_keyword("db/txInstant")) continue;
    out += (out.empty() ? "" : "  ") + std::string(datom.added ? "+" : "-") + shown_fact(datom);
  }
  return out;
}

EntityId tempid(const TxReport& report, const Value& wanted) {
  for (const auto& [tempid, e] : report.tempids) {
    if (tempid == wanted) return e;
  }
  return 0;
}

format::Config schema_on_read() {
  format::Config config;
  config.schema_on_read = true;
  return config;
}

format::Config without_history() {
  format::Config config;
  config.keep_history = false;
  return config;
}

}  // namespace stele::tx
