// Copy: makes a store hold what a branch of another store's database reaches, and then its head.
//
//   packs that the head reaches and the destination lacks     in any order, each checked by its
//   name the head                                                  last, by one conditional swap
//
// So a reader of the destination sees the older state or the newer, never a part. What was copied
// before an interruption is not copied again. The copy is the same database: same identity, same
// transactions, same commit ids.
//
// The destination has no database under that branch, or one whose log the source's extends: it is
// never made to forget a transaction. While one of its garbage is collected, an interrupted copy
// should not be resumed: what it had copied is garbage until there is a head.
#pragma once

#include <memory>

#include <stele/databases.h>
#include <stele/store.h>

#include "base/environment.h"

namespace stele::sync {

struct CopyOptions {
  std::string from_branch = "db";
  std::string to_branch = "db";
  Deadline deadline;
};

// Errors: the stores'; `unavailable` `:db-does-not-exist`; `conflict` `:sync/forked` (the
// destination's database is another one, or has transactions that the source lacks), `:sync/raced`
// (somebody else keeps writing to the destination); `corrupt` `:pack/hash`, naming store and pack.
Result<CopyReport> copy(std::shared_ptr<Store> from, std::shared_ptr<Store> to,
                        const CopyOptions& options, base::Environment& environment);

}  // namespace stele::sync
