#include "db/moment.h"

#include <algorithm>

#include "base/text.h"

namespace stele::db {

std::optional<MomentMemo::Found> MomentMemo::find(const base::Hash& commit_id) {
  base::Lock lock(mutex_);
  if (found_ && found_->commit_id == commit_id) return found_;
  return std::nullopt;
}

void MomentMemo::keep(Found found) {
  base::Lock lock(mutex_);
  found_ = std::move(found);
}

namespace {

std::int64_t ms_of(std::uint64_t column) { return static_cast<std::int64_t>(column); }

Range log_from(TxId tx) { return {Key::eavt(tx), {}, true}; }

// The last transaction up to which no instant is later than `instant`; kTx0 if there is none.
// There must be a later one: the state's instant_max. O(log transactions) leaves, the last few of
// which are one and the same.
TxId find_prefix(const tree::Index& log, TxId max_tx, Instant instant, Reader& reader) {
  TxId seen = kTx0;      // to here every instant is early enough
  TxId unseen = max_tx;  // from here the running maximum is later
  while (seen + 1 < unseen) {
    const TxId middle = seen + (unseen - seen) / 2;
    Slice slice;
    if (!tree::Scan(log, log_from(middle), reader).next(slice)) return seen;
    const auto first = slice.leaf->ended().begin() + slice.begin;
    const auto last = slice.leaf->ended().begin() + slice.end;
    const auto later = std::partition_point(
        first, last, [&](std::uint64_t maximum) { return ms_of(maximum) <= instant.ms; });
    if (later == first) {
      unseen = middle;  // ids may have gaps: nothing lies between it and the slice
      continue;
    }
    seen = slice.leaf->e()[slice.begin + static_cast<std::size_t>(later - first) - 1];
    if (later != last) return seen;
  }
  return seen;
}

// Transactions after the prefix whose instant is early enough all the same: backdated ones. This
// reads the whole log behind the prefix; a minimum of instants per branch would let it skip.
std::vector<TxId> find_backdated(const tree::Index& log, TxId prefix, Instant instant,
                                 Reader& reader) {
  std::vector<TxId> found;
  tree::Scan scan(log, log_from(prefix + 1), reader);
  for (Slice slice; reader.keep_going() && scan.next(slice);) {
    for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
      if (ms_of(slice.leaf->tx()[row]) <= instant.ms) found.push_back(slice.leaf->e()[row]);
    }
  }
  return found;
}

// Transactions whose instant is not later: all up to `until`, and of the later ones `extra`.
struct UpTo {
  TxId until = 0;
  std::vector<TxId> extra;
};

UpTo find_up_to(const State& state, Instant instant, Reader& reader) {
  if (state.instant_max <= instant || state.max_tx == kTx0) return {state.max_tx, {}};
  const tree::Index& log = state.index(format::Tree::log);
  // What lies behind the prefix is read anyway; looking for it leaf by leaf would cost a round
  // each.
  const tree::Announced whole{&log, Range::all()};
  tree::announce({&whole, 1}, tree::AnnouncedDepth::leaves, reader);
  const TxId prefix = find_prefix(log, state.max_tx, instant, reader);
  return {prefix, find_backdated(log, prefix, instant, reader)};
}

std::string_view name_of(const TimePoint& moment) {
  if (moment.tx || moment.instant) return "as-of";
  return moment.since_tx || moment.since_instant ? "since" : "history";
}

Done check_moment(const State& state, const TimePoint& moment) {
  if (!state.config.keep_history) {
    return invalid("temporal/history-required",
                   base::text(name_of(moment),
                              " is only allowed on temporal indexed databases. This one was "
                              "created with :keep-history? false."));
  }
  if (moment.tx && *moment.tx < kTx0) {
    return invalid("temporal/invalid-time",
                   base::text("Invalid transaction ID. Must be bigger than ", kTx0, "."));
  }
  return {};
}

View::Visible look_up(const State& state, const TimePoint& moment, Reader& reader) {
  View::Visible visible{.until = state.max_tx};
  if (moment.instant) {
    UpTo seen = find_up_to(state, *moment.instant, reader);
    visible.until = seen.until;
    visible.extra = std::move(seen.extra);
  }
  if (moment.since_instant) {
    UpTo unseen = find_up_to(state, *moment.since_instant, reader);
    visible.after = unseen.until;
    visible.hidden = std::move(unseen.extra);
  }
  if (moment.tx) {
    visible.until = std::min(visible.until, *moment.tx);
    std::erase_if(visible.extra, [&](TxId tx) { return tx > *moment.tx; });
  }
  if (moment.since_tx) {
    visible.after = std::max(visible.after, *moment.since_tx);
    std::erase_if(visible.hidden, [&](TxId tx) { return tx <= *moment.since_tx; });
  }
  return visible;
}

}  // namespace

Result<VisiblePtr> find_visible(const State& state, const TimePoint& moment, Reader& reader) {
  if (auto done = check_moment(state, moment); !done.ok()) return done.error();
  if (moment.memo) {
    if (auto known = moment.memo->find(state.commit_id)) return known->visible;
  }
  const View::Visible visible = look_up(state, moment, reader);
  if (!reader.ok()) return reader_error(reader);
  VisiblePtr found;
  const bool sees_all = visible.until >= state.max_tx && visible.after <= kTx0;
  if (!sees_all || !visible.hidden.empty()) found = std::make_shared<const View::Visible>(visible);
  if (moment.memo) moment.memo->keep({state.commit_id, found});
  return found;
}

}  // namespace stele::db
