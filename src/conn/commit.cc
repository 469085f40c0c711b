// The commit: from forms that wait to records in the head.
//
// Invariants
//   C1  A transaction that may have been written (`earlier`) is never offered again before the
//       head has been searched for its nonce in a version that is known to come after the write.
//   C2  An error is reported only if it was met on a head read since the call began, or on one that
//       this batch then wrote: no transaction fails because of what somebody else has already
//       undone, or has never done.
//   C3  From the first loss on the head is locked where the store has locks: nobody loses twice.
//       Where it has none, a reservation in the head asks others to wait (turns.cc). Nothing but
//       fairness depends on either.
#include "base/text.h"
#include "base/try.h"
#include "conn/batch.h"

namespace stele::conn {

using base::text;
using Outcome = HeadWrite::Outcome;

namespace {
constexpr std::int64_t kFlushMs = 10'000;
constexpr std::int64_t kUnknownPauseMs = 20;  // between looks at a head that may still change

Error timed_out() {
  return {ErrorCategory::limit, "transact/timeout",
          "the transaction was not committed within its time; nothing was written"};
}

Error outcome_unknown(const HeadWrite& write) {
  Error error(ErrorCategory::unknown, "transact/unknown-outcome",
              "the store did not say whether the transaction was written; ask for the outcome of "
              "its nonce before running it again");
  return write.error ? error.because(write.error->message()) : error;
}
// The report with the commit's id in its metadata. [T-75]
TxReport committed(TxReport report) {
  std::vector<Value::Entry> meta;
  if (report.tx_meta.is(Kind::map)) {
    meta.assign(report.tx_meta.entries().begin(), report.tx_meta.entries().end());
  }
  meta.emplace_back(Value::keyword("db/commitId"), Value(report.db_after.commit_id()));
  report.tx_meta = Value::map(std::move(meta));
  return report;
}
}  // namespace

void Connection::lead(std::vector<Pending*> pending) {
  Batch batch;
  batch.waiting = std::move(pending);
  while (!batch.waiting.empty()) attempt(batch);
  if (is_ours(tracker_.known().reservation)) {
    withdraw_reservation(base::deadline_after(environment_, kFlushMs));
  }
  if (!batch.lock) return;
  // What was read under the lock need not be durable before something is written behind it. If
  // nothing was, nobody may be told of it before it is.
  batch.lock.reset();
  const auto now = tracker_.refresh(base::deadline_after(environment_, kFlushMs));
  if (now.ok()) ahead_of_disk_ = false;
}

void Connection::attempt(Batch& batch) {
  for (auto* p : std::vector(batch.waiting)) {
    if (base::passed(p->deadline, environment_)) batch.settle(p, timed_out());
  }
  if (batch.waiting.empty()) return;
  if (tracker_.known().tail_bytes >= hard_limit()) {
    batch.lock.reset();  // a fold locks for itself, in its order
    // Another thread may be folding, and needs the lead to come to its end.
    leave_lead();
    auto room = fold(batch.deadline());
    take_lead();
    if (!room.ok()) return batch.settle_all(room.error());
  }
  const auto turn = take_turn(batch);
  if (!turn.ok()) return batch.settle_all(turn.error());
  if (!*turn) return;
  const auto head = tracker_.known();
  if (!run_all(batch, head) || batch.offers.empty()) return;

  const auto write = offer(batch, head);
  switch (write.outcome) {
    case Outcome::written:
      return written(batch, head, write);
    case Outcome::conflict:
      break;
    case Outcome::unknown:
      break;
    case Outcome::failed:
      return batch.settle_all(*write.error);
  }
  if (batch.earlier.empty()) batch.earlier_since = head.state->max_tx;
  for (auto& o : batch.offers) batch.earlier.push_back(std::move(o));
  batch.offers.clear();
  if (write.outcome == Outcome::unknown) return settle_unknown(batch, head, write);
  lost(batch);
}

// Runs every waiting transaction on the head, each on the result of the one before. False: errors
// were met on a head that turned out to be old; run again.
bool Connection::run_all(Batch& batch, const KnownHead& head) {
  batch.offers.clear();
  batch.refused.clear();
  std::vector<std::pair<Pending*, Error>> failed;
  Db db(head.state, nullptr);
  for (auto* p : std::vector(batch.waiting)) {
    if (p->named) {
      if (batch.offers_nonce(p->nonce))
        continue;  // once that one is written, it is this one's, too
      auto repeated = find_repeated(*p, head);
      if (!repeated.ok()) {
        batch.settle(p, std::move(repeated).error());
        continue;
      }
      if (*repeated) {
        batch.settle(p, std::move(**repeated));
        continue;
      }
    }
    auto reading = reader(p->deadline);
    auto outcome = tx::transact(db, p->input, {environment_.now(), p->nonce}, reading);
    if (!outcome.ok()) {
      auto& refusals = batch.offers.empty() ? failed : batch.refused;
      refusals.emplace_back(p, std::move(outcome).error());
      continue;
    }
    db = outcome->report.db_after;
    batch.offers.push_back({p, std::move(*outcome)});
  }
  if (failed.empty()) return true;
  if (!batch.fresh) {
    batch.fresh = true;
    auto now = tracker_.refresh(batch.deadline());
    if (!now.ok()) return batch.settle_all(now.error()), false;
    if (now->version != head.version) return false;
  }
  for (auto& [p, error] : failed) batch.settle(p, std::move(error));
  return true;
}

HeadWrite Connection::offer(Batch& batch, const KnownHead& head) {
  base::Bytes records;
  for (const auto& o : batch.offers) {
    records.insert(records.end(), o.outcome.record_bytes.begin(), o.outcome.record_bytes.end());
  }
  if (records.size() > hard_limit()) {
    return commit_folded(batch.offers.back().outcome.report.db_after.state(), head,
                         batch.deadline());
  }
  if (store_->traits().cheap_append) {
    return store_->append_head(options_.branch, head.version, {}, records, batch.deadline());
  }
  auto whole = tracker_.whole();
  if (whole.version != head.version) return {Outcome::conflict, {}, std::nullopt};
  return store_->append_head(options_.branch, head.version, whole.bytes, records, batch.deadline());
}

void Connection::written(Batch& batch, const KnownHead& head, const HeadWrite& write) {
  base::Bytes records;
  std::vector<format::TailEntry> entries;
  for (const auto& o : batch.offers) {
    const auto& bytes = o.outcome.record_bytes;
    entries.push_back({o.outcome.record, o.commit_id(), records.size(), bytes.size()});
    records.insert(records.end(), bytes.begin(), bytes.end());
  }
  if (records.size() > hard_limit()) {
    // The records went straight into the trees; the head holds a snapshot that has to be read.
    (void)tracker_.refresh(batch.deadline());
  } else {
    const auto& last = batch.offers.back().outcome.report.db_after;
    tracker_.advanced(head.version, {write.version, last.state(), 0}, records, std::move(entries));
  }
  for (auto& o : batch.offers) batch.settle(o.pending, committed(std::move(o.outcome.report)));
  for (auto& [p, error] : batch.refused) batch.settle(p, std::move(error));
}

// Somebody else was first: read what is new, and take the lock so as not to lose again. [C3]
void Connection::lost(Batch& batch) {
  ++batch.losses;
  if (!batch.lock) {
    auto lock = store_->lock_head(options_.branch, batch.deadline());
    if (!lock.ok()) return batch.settle_all(lock.error());
    batch.lock = std::move(*lock);
  }
  ahead_of_disk_ = batch.lock != nullptr;
  auto now = tracker_.refresh(batch.deadline());
  if (!now.ok()) return batch.settle_all(now.error());
  batch.fresh = true;
  auto landed = take_landed(batch);
  if (!landed.ok()) batch.settle_all(landed.error());
}

// The write may have happened, or may still happen. Only a head that is another than the one it
// was offered to tells: if our nonce is in it, it did, else it never will. [C1]
void Connection::settle_unknown(Batch& batch, const KnownHead& head, const HeadWrite& write) {
  while (!base::passed(batch.deadline(), environment_)) {
    auto now = tracker_.refresh(batch.deadline());
    if (now.ok() && now->version != head.version) {
      batch.fresh = true;
      auto landed = take_landed(batch);
      if (!landed.ok()) {
        batch.settle_offered(outcome_unknown(write).because(landed.error().message()),
                             head.state->max_tx);
      }
      return;
    }
    const auto fenced = now.ok() ? fence(head, batch.deadline()) : Result<bool>(false);
    if (fenced.ok() && *fenced) continue;
    environment_.sleep_ms(kUnknownPauseMs);
  }
  batch.settle_offered(outcome_unknown(write), head.state->max_tx);
}

// Swaps the head for itself: a late write can no longer land on the version it expects. False: the
// store did not say whether it did. Error: it said why it did not.
Result<bool> Connection::fence(const KnownHead& head, Deadline deadline) {
  auto whole = tracker_.whole();
  if (whole.version != head.version) return true;
  auto swap = store_->swap_head(options_.branch, whole.version, whole.bytes, deadline);
  if (swap.outcome == Outcome::failed) return *swap.error;
  return swap.outcome == Outcome::written || swap.outcome == Outcome::conflict;
}

// Transactions of earlier attempts that turn out to have been written are done; what the attempt
// computed is what landed, because it was written behind just the head it was computed on.
Done Connection::take_landed(Batch& batch) {
  for (auto& o : batch.earlier) {
    if (o.pending->result) continue;
    auto reading = reader(batch.deadline());
    STELE_TRY(auto id, tracker_.find_nonce(o.pending->nonce, batch.earlier_since, reading));
    if (id && id->commit_id == o.commit_id())
      batch.settle(o.pending, committed(std::move(o.outcome.report)));
  }
  std::erase_if(batch.earlier, [](const auto& o) { return o.pending->result.has_value(); });
  return {};
}

}  // namespace stele::conn
