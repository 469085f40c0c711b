// Reach: which packs a head needs. What a copy must hold, and what a collector must keep.
//
// Thread safety: full.
#pragma once

#include <map>

#include "format/head.h"
#include "tree/node_source.h"

namespace stele::tree {

// Packs, and how many of their bytes are needed.
using PacksReached = std::map<base::Hash, std::uint64_t>;

// The packs that hold nodes of the snapshot's trees. Reads all branches and no leaf, a level at a
// time: some 1/500 of the database, and nothing at all of one that is in its head alone.
// Error: the reader's.
Result<PacksReached> packs_reached(const format::Snapshot& snapshot, NodeSource& source,
                                   Reader& reader);

}  // namespace stele::tree
