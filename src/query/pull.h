// pull: entities as maps of the shape that a pattern draws.
//
//   PullForm × view → BoundPull;  BoundPull × entities → maps
// An answer is made level by level: all entities of one level of references are read together, in
// sorted batches, and each leaves a frame with what it found; then the frames are put together from
// the last to the first. So depth costs rounds and memory, never stack.
#pragma once

#include <stele/pull.h>

#include "query/pull_bind.h"
#include "query/pull_frames.h"
#include "query/run.h"

namespace stele::query {

// For each of the entities, in any order, its map, or nil where the pattern finds nothing.
// Values may be nested deeper than a column of cells can hold them (value::kDepthMax).
// Errors: `invalid` `:parser/pull`, `:query/function`; `limit` `:query/…`, `:pull/depth`; or the
// reader's, as everywhere: see run.h.
Result<std::vector<Value>> pull(const db::View& view, const PullForm& pattern,
                                std::span<const EntityId> entities, Run& run);

// The same with a pattern that is bound to the view.
Result<std::vector<Value>> pull(const db::View& view, BoundPull& pattern,
                                std::span<const EntityId> entities, Run& run);

}  // namespace stele::query
