// What the leader of a group commit works on.
#pragma once

#include "base/text.h"
#include "conn/connection.h"

namespace stele::conn {

// One call of transact on its way.
struct Connection::Pending {
  tx::TxInput input;
  Uuid nonce;
  bool named = false;       // the nonce is the caller's: it may be in the log already
  TxId searched_up_to = 0;  // where it is not, as far as this transaction
  Deadline deadline;
  std::optional<Result<TxReport>> result;  // the leader's until `done`
  bool done = false;                       // guarded by the queue's mutex
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
  // Refused, but on a state that offers of this attempt have made: final once those are written.
  std::vector<std::pair<Pending*, Error>> refused;
  std::vector<Offer> earlier;  // of attempts whose write may have landed
  TxId earlier_since = 0;      // the last transaction before the first of them
  bool fresh = false;          // the head was read since the batch began
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
  bool offers_nonce(const Uuid& nonce) const {
    return std::any_of(offers.begin(), offers.end(),
                       [&](const Offer& o) { return o.pending->nonce == nonce; });
  }
  // Those that may have been written behind transaction `after`; the others have not been offered
  // and run again.
  void settle_offered(const Error& error, TxId after) {
    for (const auto& o : earlier) {
      const Uuid& nonce = o.pending->nonce;
      if (o.pending->result) continue;
      settle(o.pending, error.with("after", Value(after))
                            .with("nonce", Value(nonce))
                            .because(base::text("It is transaction ", to_string(nonce), ", after ",
                                                after, ".")));
    }
    earlier.clear();
  }
};

}  // namespace stele::conn
