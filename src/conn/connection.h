// conn::Connection: a name over time. Opens a database, commits to it, folds its tail.
//
//   transact(forms)        db ← head; outcome ← tx::transact(db, forms)     pure, re-runnable
//     append to the head   THE write. conflict → read what is new, look for our nonce, run again
//     fold                 when the tail has grown
//
// Callers that transact at the same time share a head write: the first becomes the leader and
// commits for all who wait (group commit). Each keeps its own transaction, report and error.
//
// Thread safety: full.
#pragma once

#include <deque>

#include <stele/connection.h>

#include "base/environment.h"
#include "conn/head_tracker.h"
#include "store/counting_store.h"
#include "tree/store_source.h"
#include "tx/transact.h"

namespace stele::conn {

struct ConnectionOptions {
  std::string branch = "db";
  std::size_t cache_bytes = tree::NodeCache::kBytesDefault;
  tree::TreeShape shape;
  // Instead of the store's own: 0 keeps them.
  std::uint64_t tail_bytes_soft = 0;
  // How long a commit may wait for others to share its head write, instead of the store's own.
  std::optional<std::int64_t> gather_ms;
  // After how many losses in a row a writer asks others to let it go first, where there are no
  // locks. Tests and benches compare with never.
  int losses_before_reservation = 4;
};

// Writes the head of a new, empty database. Error: `conflict` `:db-already-exists`.
Done create_database(Store& store, const format::Config& config, const std::string& branch,
                     Deadline deadline);

// Swaps every head for a tombstone, then removes all there is.
Done delete_database(Store& store, Deadline deadline);

class Connection {
 public:
  // Error: `unavailable` `:db-does-not-exist`, `corrupt`.
  static Result<std::shared_ptr<Connection>> open(std::shared_ptr<Store> store,
                                                  base::Environment& environment,
                                                  const ConnectionOptions& options = {});

  Result<Db> db(const DbOptions& options);
  Result<TxReport> transact(const Value& forms, const TransactOptions& options);
  Result<TransactionOutcome> outcome(const Uuid& nonce, const OutcomeOptions& options);
  // Blocking; another connection's fold in between is as good as ours.
  Done fold(Deadline deadline);

  StoreStatistics statistics() const;
  std::string url() const { return store_->url(); }
  Store& store() const { return *store_; }
  Result<GarbageReport> collect_garbage(const GarbageOptions& options);
  const format::Config& config() const { return config_; }
  void release() { released_ = true; }

 private:
  struct Pending;
  struct Batch;

  Connection(std::shared_ptr<store::CountingStore> store, base::Environment& environment,
             const ConnectionOptions& options);

  // commit.cc: the leader's work.
  void lead(std::vector<Pending*> pending);
  void attempt(Batch& batch);
  bool run_all(Batch& batch, const KnownHead& head);
  HeadWrite offer(Batch& batch, const KnownHead& head);
  void written(Batch& batch, const KnownHead& head, const HeadWrite& write);
  void lost(Batch& batch);
  void settle_unknown(Batch& batch, const KnownHead& head, const HeadWrite& write);
  Result<bool> fence(const KnownHead& head, Deadline deadline);
  void take_lead();
  void take_lead_for_fold();
  void leave_lead();
  void gather(base::Lock& queue);
  Done take_landed(Batch& batch);

  // outcome.cc: transactions that are known by their nonce.
  Result<std::optional<TransactionOutcome>> logged_outcome(const Uuid& nonce, TxId after,
                                                           Deadline deadline) const;
  Result<std::optional<TxReport>> find_repeated(Pending& pending, const KnownHead& head) const;

  // turns.cc: who goes first where there are no locks.
  Done give_way(Deadline deadline);
  std::int64_t ms_to_give_way(const KnownHead& head) const;
  Result<bool> take_turn(Batch& batch);
  void withdraw_reservation(Deadline deadline);
  bool is_ours(const std::optional<format::Reservation>& reservation) const {
    return reservation && reservation->holder.high == writer_id_;
  }

  // fold.cc
  Result<format::Snapshot> build(const db::State& state, Deadline deadline);
  enum class Swapped { in, passed_by, swept };
  Result<Swapped> swap_in(const format::Snapshot& snapshot, Deadline deadline);
  HeadWrite commit_folded(const db::StatePtr& after, const KnownHead& head, Deadline deadline);
  Done fold_tail(Deadline deadline);
  void fold_if_due();
  std::uint64_t soft_limit() const;
  std::uint64_t hard_limit() const;

  tree::Reader reader(Deadline deadline) const;
  Done check_open() const;

  const std::shared_ptr<store::CountingStore> store_;
  base::Environment& environment_;
  const ConnectionOptions options_;
  const std::shared_ptr<tree::NodeSource> source_;
  HeadTracker tracker_;
  format::Config config_;
  const std::uint64_t writer_id_;  // the first half of every holder of our reservations
  std::atomic<bool> released_ = false;
  std::atomic<std::int64_t> refreshed_steady_ms_ = 0;
  std::atomic<bool> ahead_of_disk_ = false;  // what is known was read under a head's lock

  base::Mutex queue_mutex_;
  base::Condition queue_moved_;
  std::deque<Pending*> queue_;
  bool leading_ = false;            // a thread has the lead: it alone writes the head
  int folds_waiting_ = 0;           // for the lead
  std::size_t callers_lately_ = 0;  // of the last batch, and who came while it was written
  std::int64_t callers_seen_steady_ms_ = 0;

  base::Mutex fold_mutex_;  // one fold at a time per connection

  // Taken in this order: fold_mutex_, the store's "NAME.fold", the lead, the store's "NAME".
};

}  // namespace stele::conn
