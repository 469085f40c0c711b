#include "db/db_testing.h"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "edn/reader.h"

namespace stele::db {

Value edn(std::string_view text) {
  auto value = edn::read(text);
  EXPECT_TRUE(value.ok()) << text;
  return value.ok() ? *value : Value();
}

TestDatabase::TestDatabase(const format::Config& config)
    : store_(store::make_memory_store()),
      source_(tree::make_store_source(store_, std::make_shared<tree::NodeCache>())),
      head_(format::encode_snapshot({.config = config})),
      state_(empty_state(config, "db", source_)) {}

void TestDatabase::commit(std::vector<Change> changes, Instant instant) {
  const TxId tx = next_tx();
  auto record = std::make_shared<format::TxRecord>();
  record->tx = tx;
  record->parent = state_->commit_id;
  record->nonce = {tx, 7};
  record->instant = instant;
  record->max_eid = state_->max_eid;
  record->changes.push_back(
      {.e = tx, .a = Value::keyword("db/txInstant"), .v = Value(instant), .tx = tx});
  for (Change& change : changes) {
    if (change.added && change.e < kTx0) record->max_eid = std::max(record->max_eid, change.e);
    record->changes.push_back(std::move(change));
  }
  const base::Bytes bytes = format::encode_tx(*record);
  head_.insert(head_.end(), bytes.begin(), bytes.end());
  state_ = apply(state_, record, format::commit_id_of(bytes, state_->commit_id));
}

TxId TestDatabase::tx_of(EntityId e, const Value& a, const Value& v) const {
  auto found = db().datoms(IndexOrder::eavt, std::vector<Value>{Value(e), a, v});
  EXPECT_TRUE(found.ok() && found->size() == 1) << "what is retracted is not there";
  return found.ok() && !found->empty() ? found->front().tx : 0;
}

void TestDatabase::commit(std::string_view lines) {
  std::vector<Change> changes;
  std::istringstream in{std::string(lines)};
  for (std::string line; std::getline(in, line);) {
    const Value parts = edn("[" + line + "]");
    if (parts.items().size() != 4) continue;
    const bool added = parts.items()[0].is_symbol("+");
    Change change{.e = static_cast<EntityId>(parts.items()[1].as_int64()),
                  .a = parts.items()[2],
                  .v = parts.items()[3],
                  .added = added,
                  .tx = next_tx()};
    if (!added) change.ends = tx_of(change.e, change.a, change.v);
    changes.push_back(std::move(change));
  }
  commit(std::move(changes), Instant{static_cast<std::int64_t>(next_tx() - kTx0) * 1000});
}

void TestDatabase::fold(const tree::TreeShape& shape) {
  auto write = [&](const base::Hash& name, base::Bytes bytes) {
    return store_->write_once(format::pack_key(name), bytes, {});
  };
  tree::PackSink sink(base::system_environment(), write);
  tree::Reader reader;
  auto snapshot = db::fold(*state_, reader, sink, shape);
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().message();
  head_ = format::encode_snapshot(*snapshot);
  state_ = reopened();
}

StatePtr TestDatabase::reopened() {
  auto head = format::decode_head(head_);
  EXPECT_TRUE(head.ok()) << head.error().message();
  auto state = open_state(*head, source_);
  EXPECT_TRUE(state.ok()) << state.error().message();
  return *state;
}

}  // namespace stele::db
