// announce: nodes that an operation will read soon, fetched together beforehand.
//
// Whoever knows what it will read (the patterns of a query, the keys of a transaction, the present
// and the past of a view) says so once; then reading it costs the rounds of the deepest tree alone,
// not those of one range after the other. What is announced is only ever a matter of rounds:
// nothing depends on it, and where the source is near (NodeSource::is_far) nothing is done.
//
// Thread safety: as its reader, used by one thread.
#pragma once

#include "tree/index.h"

namespace stele::tree {

struct Announced {
  const Index* index = nullptr;
  Range range;
};

enum class AnnouncedDepth : std::uint8_t {
  branches,  // what estimates and descents need, without leaves
  leaves,    // all; but ranges whose leaves are too many are left to their scans
};

// All ranges together, level by level. Errors are the reader's.
void announce(std::span<const Announced> wanted, AnnouncedDepth depth, Reader& reader);

}  // namespace stele::tree
