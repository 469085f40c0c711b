// StoredHead: a head as it lies in a store, read once, for what works on heads without a
// connection: branches and the collection of garbage.
#pragma once

#include <string>

#include <stele/store.h>

#include "format/head.h"

namespace stele::conn {

struct StoredHead {
  HeadVersion version;
  base::Bytes bytes;
  format::HeadContent content;

  // Neither absent nor a tombstone.
  bool stands() const { return !version.absent() && !content.snapshot.deleted; }
  // Its bytes with another snapshot before the same tail.
  base::Bytes with(const format::Snapshot& snapshot) const;
};

// An absent head has the absent version and nothing else. Error: the store's; `corrupt`, naming
// head and store.
Result<StoredHead> read_stored_head(Store& store, const std::string& name, Deadline deadline);

}  // namespace stele::conn
