// Garbage: packs that no head needs any more, and their removal.
//
// A fold writes packs and then the head that needs them; so a pack that no head needs may be one
// that is about to be needed. No clock can tell how long that takes: a process may be stopped for
// an hour between the two. Therefore the collector does not wait, it *fences*:
//
//   1  list the packs: only these can be removed
//   2  for every head: mark the packs that it needs, then swap it for itself with its count of
//      sweeps raised. Whoever has built on what it was loses its swap, sees the count, and builds
//      again on what is there now.
//   3  look whether there are new heads, and do the same with them. Who makes a head of another
//      reads that after there is a tombstone under the new name; tombstones are fenced, too
//   4  of what was listed and not marked, remove what an earlier collection has noted as garbage
//      at least `grace_ms` ago, and note the rest: in an object garbage/NONCE, whose age tells
//
// So nothing that a head needs, or will need, is ever removed, however long anybody sleeps. The
// grace period protects readers alone: a Db in hand stays readable for so long after its nodes were
// found to be replaced. Later its reads are the error `collected`; a new Db has what is there now.
//
// Where little of a pack is needed, that is moved to another first: see compaction.h.
//
// Thread safety: full; any number of collectors, writers and readers at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <stele/connection.h>
#include <stele/store.h>

#include "base/environment.h"
#include "base/hash.h"

namespace stele::conn {

// Errors: the stores'; `invalid` `:store/read-only`; `unavailable` `:db-does-not-exist`; `conflict`
// `:gc/raced` (writers were faster until the deadline).
Result<GarbageReport> collect_garbage(const std::shared_ptr<Store>& store,
                                      const GarbageOptions& options,
                                      base::Environment& environment);

// What a read says that did not find a pack: `collected` if the head does not need it, so that only
// an older Db can have asked for it, else the error itself.
Error explain_missing(const std::shared_ptr<Store>& store, const std::string& branch,
                      const base::Hash& pack, const Error& error);

}  // namespace stele::conn
