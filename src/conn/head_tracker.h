// HeadTracker: what a connection knows of its head, kept up to date with as little as possible.
//
// It holds the head's bytes, the version they have, and the state they describe. Refreshing asks
// the store for what follows the known bytes; records that continue the chain are applied to the
// state, anything else is read as a new head.
//
// Thread safety: full. The store is never asked while the lock is held; whoever comes back to find
// that the known version has changed meanwhile asks again.
#pragma once

#include <stele/store.h>

#include "base/mutex.h"
#include "db/state.h"

namespace stele::conn {

// A moment of the head, cheap to copy.
struct KnownHead {
  HeadVersion version;
  db::StatePtr state;
  std::uint64_t tail_bytes = 0;
  std::optional<format::Reservation> reservation;  // at its end
  std::int64_t reserved_since_steady_ms = 0;       // when this process saw it first
};

class HeadTracker {
 public:
  HeadTracker(std::shared_ptr<Store> store, std::shared_ptr<tree::NodeSource> source,
              std::string branch, base::Environment& environment)
      : store_(std::move(store)),
        source_(std::move(source)),
        branch_(std::move(branch)),
        environment_(environment) {}

  // The head as last seen; its state is null before the first refresh.
  KnownHead known() const;
  // Brings it up to the store's head and answers that.
  // Errors: the store's; `unavailable` `:db-does-not-exist`; `corrupt`, naming store and byte.
  Result<KnownHead> refresh(Deadline deadline);

  // This connection has written `more` behind the version `before`, which gave `after`.
  void advanced(const HeadVersion& before, const KnownHead& after, base::ByteView more,
                std::vector<format::TailEntry> entries);

  // This connection has written `reservation` behind the version `before`.
  void reserved(const HeadVersion& before, const HeadVersion& after,
                const format::Reservation& reservation);

  // The transaction under whose nonce it stands in the known head or in its log, among those after
  // `since`; nullopt if there is none. Reads the log where a fold has passed `since`.
  struct Logged {
    TxId tx = 0;
    Instant instant;
    base::Hash commit_id;
  };
  Result<std::optional<Logged>> find_nonce(const Uuid& nonce, TxId since,
                                           tree::Reader& reader) const;

  // For writers that must write the whole head again.
  struct Whole {
    HeadVersion version;
    base::Bytes bytes;
    std::vector<format::TailEntry> tail;
    db::StatePtr state;
    std::optional<format::Reservation> reservation;
  };
  Whole whole() const;

 private:
  Done append(base::ByteView more);
  Done replace(base::Bytes bytes);
  Error located(const Error& error) const;
  Error absent() const;
  KnownHead known_locked() const;
  void note(const std::optional<format::Reservation>& reservation);

  const std::shared_ptr<Store> store_;
  const std::shared_ptr<tree::NodeSource> source_;
  const std::string branch_;
  base::Environment& environment_;

  mutable base::Mutex mutex_;
  HeadVersion version_;
  base::Bytes bytes_;
  std::vector<format::TailEntry> tail_;
  db::StatePtr state_;
  std::optional<format::Reservation> reservation_;
  std::int64_t reserved_since_steady_ms_ = 0;
};

}  // namespace stele::conn
