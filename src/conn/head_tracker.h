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
};

class HeadTracker {
 public:
  HeadTracker(std::shared_ptr<Store> store, std::shared_ptr<tree::NodeSource> source,
              std::string branch)
      : store_(std::move(store)), source_(std::move(source)), branch_(std::move(branch)) {}

  // The head as last seen; its state is null before the first refresh.
  KnownHead known() const;
  // Brings it up to the store's head and answers that.
  // Errors: the store's; `unavailable` `:db-does-not-exist`; `corrupt`, naming store and byte.
  Result<KnownHead> refresh(Deadline deadline);

  // This connection has written `more` behind the version `before`, which gave `after`.
  void advanced(const HeadVersion& before, const KnownHead& after, base::ByteView more,
                std::vector<format::TailEntry> entries);

  // The commit id under which a nonce stands in the known head or in its log, among transactions
  // after `since`; nullopt if it does not. Reads the log where a fold has passed `since`.
  Result<std::optional<base::Hash>> find_nonce(const Uuid& nonce, TxId since,
                                               tree::Reader& reader) const;

  // For writers that must write the whole head again.
  struct Whole {
    HeadVersion version;
    base::Bytes bytes;
    std::vector<format::TailEntry> tail;
    db::StatePtr state;
  };
  Whole whole() const;

 private:
  Done append(base::ByteView more);
  Done replace(base::Bytes bytes);
  Error located(const Error& error) const;
  Error absent() const;
  KnownHead known_locked() const;

  const std::shared_ptr<Store> store_;
  const std::shared_ptr<tree::NodeSource> source_;
  const std::string branch_;

  mutable base::Mutex mutex_;
  HeadVersion version_;
  base::Bytes bytes_;
  std::vector<format::TailEntry> tail_;
  db::StatePtr state_;
};

}  // namespace stele::conn
