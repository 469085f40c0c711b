// Transactions that are known by their nonce: whether one that nobody acknowledged was committed,
// and what one did that was committed before.
#include "base/try.h"
#include "conn/batch.h"

namespace stele::conn {

using State = TransactionOutcome::State;

namespace {
constexpr std::int64_t kUnknownPauseMs = 20;  // between swaps that the store says nothing about

Value keyword(std::string_view name) { return Value::keyword(name); }

// What the log knows of it at once; what it did would have to be looked for in all of the trees.
TxReport report_of(const TransactionOutcome& logged, const Uuid& nonce, const Db& newest) {
  TxReport report;
  report.db_before = newest.as_of(logged.tx - 1);
  report.db_after = newest;
  report.tx = logged.tx;
  report.nonce = nonce;
  report.repeated = true;
  report.tempids = {{keyword("db/current-tx"), logged.tx}};
  report.tx_meta = Value::map({{keyword("db/txInstant"), Value(logged.instant)},
                               {keyword("db/commitId"), Value(logged.commit_id)}});
  return report;
}
}  // namespace

Result<std::optional<TransactionOutcome>> Connection::logged_outcome(const Uuid& nonce, TxId after,
                                                                     Deadline deadline) const {
  auto reading = reader(deadline);
  STELE_TRY(const auto found, tracker_.find_nonce(nonce, after, reading));
  if (!found) return std::optional<TransactionOutcome>();
  return std::optional(TransactionOutcome{State::committed, found->tx, found->instant,
                                          format::uuid_of(found->commit_id)});
}

// A head that the transaction is not in proves something only if it is another than the one that
// the transaction was written to: that is so if a later transaction is in it, or once the head has
// been swapped for itself. [DESIGN: nonce]
Result<TransactionOutcome> Connection::outcome(const Uuid& nonce, const OutcomeOptions& options) {
  STELE_DO(check_open());
  const auto deadline =
      options.timeout_ms > 0 ? base::deadline_after(environment_, options.timeout_ms) : Deadline{};
  STELE_TRY(auto head, tracker_.refresh(deadline));
  STELE_TRY(auto found, logged_outcome(nonce, options.after, deadline));
  if (found) return *found;
  if (options.after > 0 && head.state->max_tx > options.after)
    return TransactionOutcome{State::not_committed};
  if (!store_->traits().writable) return TransactionOutcome{};
  for (bool fenced = false; !fenced;) {
    STELE_TRY(fenced, fence(head, deadline));
    if (fenced) break;
    if (base::passed(deadline, environment_)) return TransactionOutcome{};
    environment_.sleep_ms(kUnknownPauseMs);
  }
  STELE_DO(tracker_.refresh(deadline));
  STELE_TRY(found, logged_outcome(nonce, std::max(options.after, head.state->max_tx), deadline));
  return found ? *found : TransactionOutcome{State::not_committed};
}

Result<std::optional<TxReport>> Connection::find_repeated(Pending& pending,
                                                          const KnownHead& head) const {
  STELE_TRY(const auto logged,
            logged_outcome(pending.nonce, pending.searched_up_to, pending.deadline));
  pending.searched_up_to = std::max(pending.searched_up_to, head.state->max_tx);
  if (!logged) return std::optional<TxReport>();
  return std::optional(report_of(*logged, pending.nonce, Db(tracker_.known().state, nullptr)));
}

}  // namespace stele::conn
