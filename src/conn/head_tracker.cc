#include "conn/head_tracker.h"

#include "base/text.h"
#include "base/try.h"
#include "db/access.h"

namespace stele::conn {

using base::text;

KnownHead HeadTracker::known_locked() const {
  return {version_, state_, tail_.empty() ? 0 : bytes_.size() - tail_.front().offset, reservation_,
          reserved_since_steady_ms_};
}

KnownHead HeadTracker::known() const {
  base::Lock lock(mutex_);
  return known_locked();
}

HeadTracker::Whole HeadTracker::whole() const {
  base::Lock lock(mutex_);
  return {version_, bytes_, tail_, state_, reservation_};
}

Result<KnownHead> HeadTracker::refresh(Deadline deadline) {
  bool ask_for_all = false;
  while (true) {
    HeadVersion before;
    std::uint64_t known_bytes = 0;
    {
      base::Lock lock(mutex_);
      before = version_;
      known_bytes = bytes_.size();
    }
    STELE_TRY(HeadRead read, store_->read_head(branch_, ask_for_all ? HeadVersion{} : before,
                                               ask_for_all ? 0 : known_bytes, deadline));
    base::Lock lock(mutex_);
    if (version_ != before) {
      // Someone else of this process has moved it on. If the store still had what we knew, what is
      // known now is newer; else what we have read may be older than that, or newer.
      if (read.unchanged) return known_locked();
      continue;
    }
    if (read.unchanged) return known_locked();
    if (read.version.absent()) return absent();
    if (read.offset > 0) {
      // What does not continue the chain we know belongs to a head that was replaced.
      if (read.offset != bytes_.size() || !append(read.bytes).ok()) {
        ask_for_all = true;
        continue;
      }
    } else {
      STELE_DO(replace(std::move(read.bytes)));
    }
    version_ = std::move(read.version);
    return known_locked();
  }
}

Done HeadTracker::append(base::ByteView more) {
  STELE_TRY(auto content, format::decode_tail(more, bytes_.size(), state_->commit_id));
  for (auto& entry : content.entries) {
    state_ = db::apply(state_, entry.record, entry.commit_id);
    tail_.push_back(std::move(entry));
  }
  bytes_.insert(bytes_.end(), more.begin(), more.end());
  if (!more.empty()) note(content.reservation);
  return {};
}

Done HeadTracker::replace(base::Bytes bytes) {
  auto content = format::decode_head(bytes);
  if (!content.ok()) return located(content.error());
  if (content->snapshot.deleted) return absent();
  // A database that was deleted and made again is another one, even in the same place.
  if (state_ && content->snapshot.config.database_id != state_->config.database_id) return absent();
  auto state = db::open_state(*content, source_);
  if (!state.ok()) return located(state.error());
  state_ = std::move(*state);
  tail_ = std::move(content->tail);
  bytes_ = std::move(bytes);
  note(content->reservation);
  return {};
}

// A process that waits for a reservation counts from when it saw it first: no two clocks need
// agree.
void HeadTracker::note(const std::optional<format::Reservation>& reservation) {
  const bool is_new = reservation && (!reservation_ || reservation_->holder != reservation->holder);
  if (is_new) reserved_since_steady_ms_ = environment_.steady_ms();
  reservation_ = reservation;
}

void HeadTracker::reserved(const HeadVersion& before, const HeadVersion& after,
                           const format::Reservation& reservation) {
  base::Lock lock(mutex_);
  if (version_ != before) return;  // a refresh has already read what we wrote
  const auto more = format::encode_reservation(reservation);
  bytes_.insert(bytes_.end(), more.begin(), more.end());
  version_ = after;
  note(reservation);
}

void HeadTracker::advanced(const HeadVersion& before, const KnownHead& after, base::ByteView more,
                           std::vector<format::TailEntry> entries) {
  base::Lock lock(mutex_);
  if (version_ != before) return;  // a refresh has already read what we wrote
  for (auto& entry : entries) {
    entry.offset += bytes_.size();
    tail_.push_back(std::move(entry));
  }
  bytes_.insert(bytes_.end(), more.begin(), more.end());
  note({});
  version_ = after.version;
  state_ = after.state;
}

Result<std::optional<HeadTracker::Logged>> HeadTracker::find_nonce(const Uuid& nonce, TxId since,
                                                                   tree::Reader& reader) const {
  db::StatePtr state;
  {
    base::Lock lock(mutex_);
    for (auto entry = tail_.rbegin(); entry != tail_.rend(); ++entry) {
      const auto& record = *entry->record;
      if (record.tx <= since) return std::optional<Logged>();
      if (record.nonce == nonce) {
        return std::optional(Logged{record.tx, record.instant, entry->commit_id});
      }
    }
    state = state_;
  }
  if (state->max_tx <= since) return std::optional<Logged>();
  const tree::Reader::Unpinned unpinned(reader);
  tree::Range range;
  range.lower = format::Key::eavt(since + 1);
  tree::Scan scan(state->index(format::Tree::log), range, reader);
  for (tree::Slice slice; reader.keep_going() && scan.next(slice);) {
    const auto& log = *slice.leaf;
    for (auto row = slice.begin; row < slice.end; ++row) {
      STELE_TRY(auto entry, format::decode_log_entry(value::text_of(log.v()[row])));
      if (entry.nonce != nonce) continue;
      const Instant instant{static_cast<std::int64_t>(log.tx()[row])};
      return std::optional(Logged{log.e()[row], instant, entry.commit_id});
    }
  }
  if (!reader.ok()) return db::reader_error(reader);
  return std::optional<Logged>();
}

Error HeadTracker::absent() const {
  return unavailable("db-does-not-exist",
                     text("there is no database in ", store_->url(), " (branch '", branch_,
                          "'); create it first, for example with `stele create`"));
}

Error HeadTracker::located(const Error& error) const {
  if (error.category() != ErrorCategory::corrupt) return error;
  return error
      .because(text("This is the head '", branch_, "' of ", store_->url(),
                    "; `stele repair` restores the newest state that verifies."))
      .with("store", Value(store_->url()));
}

}  // namespace stele::conn
