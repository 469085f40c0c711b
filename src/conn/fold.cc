// Folds: the tail goes into the trees.
//
// A fold is a pure function of a state: it writes packs that nobody names yet, then offers a head
// with a newer snapshot and what is left of the tail. A lost swap wastes nothing: the same snapshot
// is offered again with the longer remainder, as long as the head still continues from it.
#include "base/text.h"
#include "base/try.h"
#include "conn/batch.h"

namespace stele::conn {

namespace {
constexpr int kOptimisticOffers = 3;          // then the head is locked for the swap
constexpr std::int64_t kFoldMs = 120'000;     // for folds that nobody has set a time for
constexpr std::int64_t kTurnMs = 10;          // to wait for one that another process has begun
constexpr std::int64_t kUnknownPauseMs = 20;  // before looking again at what may still change

Error turn_not_had() {
  return {ErrorCategory::limit, "fold/timeout", "the fold did not get in within its time"};
}
}  // namespace

std::uint64_t Connection::soft_limit() const {
  return options_.tail_bytes_soft ? options_.tail_bytes_soft : store_->traits().tail_bytes_soft;
}

std::uint64_t Connection::hard_limit() const {
  return options_.tail_bytes_soft ? 4 * options_.tail_bytes_soft : store_->traits().tail_bytes_hard;
}

Result<format::Snapshot> Connection::build(const db::State& state, Deadline deadline) {
  tree::PackSink sink(environment_, [&](const base::Hash& name, base::Bytes bytes) {
    return store_->write_once(format::pack_key(name), bytes, deadline);
  });
  auto reading = reader(deadline);
  return db::fold(state, reading, sink, options_.shape);
}

// Offers the snapshot until it is in, or the head has moved past it, or was swept: then nodes that
// the snapshot shares with the head it was built on may be gone.
// The lead keeps this connection's own commits from winning every race.
Result<Connection::Swapped> Connection::swap_in(const format::Snapshot& snapshot,
                                                Deadline deadline) {
  struct Lead {
    explicit Lead(Connection& of) : connection(of) { connection.take_lead_for_fold(); }
    ~Lead() { connection.leave_lead(); }
    Connection& connection;
  };
  const Lead lead(*this);
  std::unique_ptr<HeadLock> lock;
  for (int offers = 0;; ++offers) {
    if (offers == kOptimisticOffers) {
      STELE_TRY(lock, store_->lock_head(options_.branch, deadline));
    }
    if (offers > 0) STELE_DO(tracker_.refresh(deadline));
    if (!lock) STELE_DO(give_way(deadline));
    const auto whole = tracker_.whole();
    if (whole.state->sweeps != snapshot.sweeps) return Swapped::swept;
    const auto rest = std::find_if(whole.tail.begin(), whole.tail.end(), [&](const auto& entry) {
      return entry.record->tx > snapshot.max_tx;
    });
    if (rest == whole.tail.begin() || std::prev(rest)->commit_id != snapshot.commit_id) {
      return Swapped::passed_by;  // another fold got as far as ours
    }
    auto bytes = format::encode_snapshot(snapshot);
    if (rest != whole.tail.end()) {
      bytes.insert(bytes.end(), whole.bytes.begin() + static_cast<std::ptrdiff_t>(rest->offset),
                   whole.bytes.end());
    }
    auto write = store_->swap_head(options_.branch, whole.version, bytes, deadline);
    if (write.outcome == HeadWrite::Outcome::failed) return *write.error;
    if (write.outcome == HeadWrite::Outcome::unknown) environment_.sleep_ms(kUnknownPauseMs);
    if (write.outcome == HeadWrite::Outcome::written) {
      STELE_DO(tracker_.refresh(deadline));
      return Swapped::in;
    }
    if (base::passed(deadline, environment_)) return turn_not_had();
  }
}

// For transactions too large for a tail: the state goes into the trees and the head becomes its
// snapshot, all in one swap.
HeadWrite Connection::commit_folded(const db::StatePtr& after, const KnownHead& head,
                                    Deadline deadline) {
  auto snapshot = build(*after, deadline);
  if (!snapshot.ok()) return {HeadWrite::Outcome::failed, {}, snapshot.error()};
  return store_->swap_head(options_.branch, head.version, format::encode_snapshot(*snapshot),
                           deadline);
}

// Folds what the tail holds now. Done as well if somebody else's fold gets that far first.
Done Connection::fold_tail(Deadline deadline) {
  for (;;) {
    STELE_TRY(auto head, tracker_.refresh(deadline));
    if (head.tail_bytes == 0) return {};
    STELE_TRY(auto snapshot, build(*head.state, deadline));
    STELE_TRY(const auto swapped, swap_in(snapshot, deadline));
    if (swapped != Swapped::swept) return {};
  }
}

// Processes take turns by a lock of its own: two folds of one tail would do the same work twice.
Done Connection::fold(Deadline deadline) {
  STELE_DO(check_open());
  if (deadline.steady_ms == Deadline::kNever) {
    deadline = base::deadline_after(environment_, kFoldMs);
  }
  base::TryLock one_of_ours(fold_mutex_);
  while (!one_of_ours.try_again()) {
    if (base::passed(deadline, environment_)) return turn_not_had();
    environment_.sleep_ms(1);
  }
  STELE_TRY(auto turn, store_->lock_head(options_.branch + ".fold", deadline));
  return fold_tail(deadline);
}

// Runs behind the commit that made the tail long, which is acknowledged and durable already. If a
// fold is under way, or this one fails, a later commit sees to it; once the tail is full the commit
// that finds it so waits for a fold and reports its error.
void Connection::fold_if_due() {
  if (tracker_.known().tail_bytes < soft_limit()) return;
  base::TryLock one_of_ours(fold_mutex_);
  if (!one_of_ours) return;
  auto turn =
      store_->lock_head(options_.branch + ".fold", base::deadline_after(environment_, kTurnMs));
  if (turn.ok()) (void)fold_tail(base::deadline_after(environment_, kFoldMs));
}

}  // namespace stele::conn
