// TxReport: what a transaction did.
#pragma once

#include <utility>
#include <vector>

#include <stele/db.h>

namespace stele {

struct TxReport {
  Db db_before;  // what it was applied to
  Db db_after;
  TxId tx = 0;
  Uuid nonce;  // names this transaction across attempts and crashes
  // Exactly the effective changes, in the order they were made, txInstant first. [T-73, T-81]
  std::vector<Datom> tx_data;
  // Tempids as written, and :db/current-tx, with the ids they stand for. [T-37]
  std::vector<std::pair<Value, EntityId>> tempids;
  // It was found in the log by its nonce and not run again. What it did is not told here (Db::log
  // finds it), nor are tempids other than :db/current-tx; db_after is the newest state, db_before
  // the view of it that ends before this transaction.
  bool repeated = false;
  Value tx_meta;  // a map; :db/commitId is in it once committed [T-75]
};

}  // namespace stele
