// A store in a directory that any web server can serve: what `stele publish` writes to, and what
// the http backend reads.
//
//   heads/NAME     the bytes of a head, and nothing else
//   heads.edn      {:stele/site 1 :heads ["db"]}: which heads there are
//   packs/…        objects, under their keys
//   tmp/           files that have no name yet, and the lock of whoever publishes
//
// Web servers make a file's ETag of its length and its time of change in whole seconds. A head is
// replaced by renaming, and so that its ETag is always another one, its time is at least a second
// later than that of the head before; who publishes often publishes ahead of the clock.
//
// Other files in the directory are left alone. Any number of processes may publish to one
// directory; each replaces only the head that it has seen. Not for databases that are written to: a
// head is always written as a whole.
//
// Errors beside those of Store: `invalid` `:store/foreign` (the directory is a file store),
// `unavailable` `:store/denied`, `:store/full`, `:store/io`, `:store/poisoned`.
#pragma once

#include "backend/file/file_store.h"

namespace stele::backend {

// Opens the site in `directory`, and makes it and the directories above it if they are not there.
// Of the options it takes `flush`, `lock_wait_ms`, `files` and `environment`.
Result<std::shared_ptr<Store>> open_site(const std::string& directory,
                                         const FileStoreOptions& options = {});

}  // namespace stele::backend
