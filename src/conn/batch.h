// What the leader of a group commit works on.
#pragma once

#include "conn/connection.h"

namespace stele::conn {

// One call of transact on its way.
struct Connection::Pending {
  tx::TxInput input;
  Uuid nonce;
  Deadline deadline;
  std::optional<Result<TxReport>> result;
};

struct Connection::Batch {
  // A transaction as it was offered to the store; `after` is the state that its commit gives.
  struct Offer {
    Pending* pending;
    tx::TxOutcome outcome;
    base::Hash commit_id() const { return outcome.report.db_after.state()->commit_id; }
  };

  std::vector<Pending*> waiting;  // not settled yet
  std::vector<Offer> offers;      // of this attempt
  std::vector<Offer> earlier;     // of attempts whose write may have landed
  TxId earlier_since = 0;         // the last transaction before the first of them
  bool fresh = false;             // the head was read since the batch began
  int losses = 0;
  std::unique_ptr<HeadLock> lock;  // held from the first loss on, where there are locks

  Deadline deadline() const {
    Deadline latest{0};
    for (auto* p : waiting) latest.steady_ms = std::max(latest.steady_ms, p->deadline.steady_ms);
    return latest;
  }
  void settle(Pending* pending, Result<TxReport> result) {
    pending->result = std::move(result);
    std::erase(waiting, pending);
  }
  void settle_all(const Error& error) {
    for (auto* p : std::vector(waiting)) settle(p, error.with("nonce", Value(p->nonce)));
  }
};

}  // namespace stele::conn
