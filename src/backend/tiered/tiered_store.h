// TieredStore: another store, the *back*, with a cache on the local disk in front of it.
//
// Objects are read through the cache and written to the back, and then into the cache. Heads are
// always the back's: a tiered store is as current, and as safe for writing, as its back. The cache
// survives the process and the machine; any number of processes may share its folder.
//
// What is kept are blocks of objects (block_cache.h), under the back's URL, the object's key and
// the block's number. Not nodes by their hashes, although it is nodes that readers want: a store is
// asked for ranges and does not know what lies in them, and readers join neighbouring nodes into
// one range, differently each time. Blocks answer all of these from the same bytes, keep none of
// them twice, and bring a node's neighbours along. Objects never change, so a block never gets old.
//
// Errors: the back's. What is wrong with the cache is no error: the back is asked.
//
// Thread safety: as every store.
#pragma once

#include <memory>

#include <stele/store.h>

#include "backend/tiered/block_cache.h"

namespace stele::backend {

std::shared_ptr<Store> make_tiered_store(
    std::shared_ptr<BlockCache> front, std::shared_ptr<Store> back,
    base::Environment& environment = base::system_environment());

}  // namespace stele::backend
