// Turns: who goes first where the store has no locks.
//
// A writer whose transactions take long loses every race against writers whose transactions do not.
// After a few losses it puts a reservation into the head, which is as quick a swap as anybody's.
// Whoever reads the head then waits until a transaction of the holder follows, or until the time is
// over that the reservation asks for; so a holder that died costs the others that time once.
//
// A write that ignores a reservation is as safe as any other: it is a swap of the version it saw.
#include "base/try.h"
#include "conn/batch.h"

namespace stele::conn {

using Outcome = HeadWrite::Outcome;

namespace {
// Between looks at a reserved head: at most, and at least half of it, so that those who wait do not
// come back in step.
constexpr std::int64_t kPauseMs = 16;
}  // namespace

std::int64_t Connection::ms_to_give_way(const KnownHead& head) const {
  if (!head.reservation || is_ours(head.reservation)) return 0;
  const auto end = head.reserved_since_steady_ms + head.reservation->ms;
  return std::max<std::int64_t>(0, end - environment_.steady_ms());
}

// Waits while somebody else's reservation stands in the head.
Done Connection::give_way(Deadline deadline) {
  while (const auto ms = ms_to_give_way(tracker_.known())) {
    if (base::passed(deadline, environment_)) return {};
    const auto pause =
        kPauseMs / 2 + static_cast<std::int64_t>(environment_.random_u64() % (kPauseMs / 2));
    environment_.sleep_ms(std::min(ms, pause));
    STELE_DO(tracker_.refresh(deadline));
  }
  return {};
}

// Lets others go first who have asked for it, and asks for it who has lost often. False: the head
// has moved on meanwhile.
Result<bool> Connection::take_turn(Batch& batch) {
  if (batch.lock) return true;
  STELE_DO(give_way(batch.deadline()));
  if (batch.losses < options_.losses_before_reservation) return true;
  const auto whole = tracker_.whole();
  if (is_ours(whole.reservation)) return true;
  const format::Reservation reservation{
      {writer_id_, environment_.random_u64()}, whole.state->commit_id, format::kReservationMsMax};
  auto write = store_->append_head(options_.branch, whole.version, whole.bytes,
                                   format::encode_reservation(reservation), batch.deadline());
  if (write.outcome == Outcome::failed) return *write.error;
  if (write.outcome == Outcome::written) {
    tracker_.reserved(whole.version, write.version, reservation);
    return true;
  }
  STELE_DO(tracker_.refresh(batch.deadline()));
  return false;
}

// For a batch that ended without a write; if it does not succeed, others wait a while for nothing.
void Connection::withdraw_reservation(Deadline deadline) {
  auto whole = tracker_.whole();
  if (!is_ours(whole.reservation)) return;
  whole.bytes.resize(whole.bytes.size() - format::encode_reservation(*whole.reservation).size());
  (void)store_->swap_head(options_.branch, whole.version, whole.bytes, deadline);
  (void)tracker_.refresh(deadline);
}

}  // namespace stele::conn
