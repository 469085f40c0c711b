// Moment: from the time a view was asked for to the transactions it sees.
//
// By transaction id that is arithmetic. By instant the log is searched: its running maximum of
// instants says up to where every transaction is visible, and backdated transactions behind that
// point are collected one by one.
#pragma once

#include "base/mutex.h"
#include "db/access.h"

namespace stele::db {

using VisiblePtr = std::shared_ptr<const View::Visible>;

// Remembers what a TimePoint was found to see, so that a view which is read often searches the log
// once. Thread safety: full.
class MomentMemo {
 public:
  struct Found {
    base::Hash commit_id;  // of the state that it is true of
    VisiblePtr visible;    // null: all of it
  };
  std::optional<Found> find(const base::Hash& commit_id);
  void keep(Found found);

 private:
  base::Mutex mutex_;
  std::optional<Found> found_;
};

// Which transactions of the state the moment lets see; null if all of them.
// Errors: `invalid` `:temporal/history-required`, `:temporal/invalid-time`; or the reader's.
Result<VisiblePtr> find_visible(const State& state, const TimePoint& moment, Reader& reader);

}  // namespace stele::db
