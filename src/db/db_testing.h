// What tests of databases are made with: a database in a memory store whose transactions are lists
// of changes, written down without the help of `tx`.
//
// Not thread safe.
#pragma once

#include <string_view>

#include <stele/db.h>

#include "db/state.h"
#include "store/memory_store.h"
#include "tree/store_source.h"

namespace stele::db {

Value edn(std::string_view text);  // the one value in the text; fails the test if there is none

using Change = format::Change;

class TestDatabase {
 public:
  explicit TestDatabase(const format::Config& config = {});

  const StatePtr& state() const { return state_; }
  Db db() const { return Db(state_, nullptr); }
  TxId next_tx() const { return state_->max_tx + 1; }

  // Commits these changes, whose tx is next_tx(), behind the one that asserts :db/txInstant.
  void commit(std::vector<Change> changes, Instant instant);
  // The same from text, one change a line: "+ 1 :name \"x\"" asserts, "- 1 :name \"x\"" retracts
  // what the present has. Instants count up by one second.
  void commit(std::string_view lines);

  // Folds and goes on from the new snapshot.
  void fold(const tree::TreeShape& shape);
  // What a process that opens the head now sees.
  StatePtr reopened();

 private:
  TxId tx_of(EntityId e, const Value& a, const Value& v) const;

  std::shared_ptr<Store> store_;
  std::shared_ptr<tree::NodeSource> source_;
  base::Bytes head_;
  StatePtr state_;
};

}  // namespace stele::db
