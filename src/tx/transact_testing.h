// What tests of transactions are made with: a database in memory, and EDN instead of Values.
//
// Not thread safe.
#pragma once

#include <string_view>

#include "db/db_testing.h"
#include "tx/transact.h"

namespace stele::tx {

class TestLine {
 public:
  explicit TestLine(const format::Config& config = {});

  // Transacts and goes on from db_after; on an error nothing changes. Instants count up by one
  // second from 1970-01-01T00:00:01Z.
  Result<TxOutcome> transact(const Value& argument);
  Result<TxOutcome> transact_text(std::string_view argument) { return transact(db::edn(argument)); }
  // The same; an error fails the test.
  TxOutcome must(std::string_view argument);
  // The code and message of the error that there must be: "transact/unique: Cannot add …".
  std::string fails(std::string_view argument);

  Db db() const { return Db(state_, nullptr); }
  const db::StatePtr& state() const { return state_; }
  TxId next_tx() const { return state_->max_tx + 1; }
  // All datoms of the database in an order, as EDN without transaction ids: "[1 :name \"x\"] …".
  std::string facts(IndexOrder order = IndexOrder::eavt) const;
  std::string facts_of(EntityId e) const;

  // Folds into tiny nodes and opens the new snapshot.
  void fold();
  // What a process that opens the head now sees.
  db::StatePtr reopened() const;

 private:
  std::shared_ptr<Store> store_;
  std::shared_ptr<tree::NodeSource> source_;
  base::Bytes head_;
  db::StatePtr state_;
};

// {e a v tx added} of a report without txInstant: "+1 :name \"x\"  -1 :name \"y\"".
std::string effects(const TxReport& report);
// What the report says the tempid stands for; 0 if nothing.
EntityId tempid(const TxReport& report, const Value& tempid);

format::Config schema_on_read();
format::Config without_history();

}  // namespace stele::tx
