// Verify: reads all of a database and checks it against its hashes.
#pragma once

#include <stele/store.h>

#include "db/state.h"

namespace stele::conn {

// Every node of every tree: hash, order within and across nodes, separators, counts, heights.
// Answers how many nodes there are. Error: `corrupt`, naming store, pack and offset.
Result<std::uint64_t> verify_trees(const db::State& state, tree::Reader& reader);

// Every pack in the store, byte for byte: a pack is named by the hash of all of it. Answers how
// many there are. Error: `corrupt` `:pack/hash`, naming store and pack.
Result<std::uint64_t> verify_packs(Store& store, Deadline deadline = Deadline{});

}  // namespace stele::conn
