// Reach: which packs a head needs. What a copy must hold, and what a collector must keep.
#pragma once

#include <set>

#include "format/head.h"
#include "tree/node_source.h"

namespace stele::sync {

// The packs that hold nodes of the snapshot's trees. Reads all branches and no leaf, a level at a
// time: some 1/500 of the database, and nothing at all of one that is in its head alone.
// Error: the reader's.
Result<std::set<base::Hash>> packs_reached(const format::Snapshot& snapshot,
                                           tree::NodeSource& source, tree::Reader& reader);

}  // namespace stele::sync
