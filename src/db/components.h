// Components: from what a caller gives to `datoms` and `seek_datoms` to a key of the index.
#pragma once

#include "db/access.h"

namespace stele::db {

// A key and what its cell points into.
struct ComponentKey {
  Key key;
  Value v;
  base::Arena arena;
};

// Components come in the order of the index: e a v tx, a e v tx, a v e tx. Entities and values of
// references may be lookup refs or idents; trailing nils are as good as none. [I-1 … I-6]
// Errors: `:index/bad-components` (too many, or a nil before another component), `:search/pattern`
// (the wrong kind, an attribute that is not declared), `:index/not-indexed`, `:entity-id/…`,
// `:lookup-ref/…`; or the reader's.
Result<ComponentKey> read_components(const View& view, IndexOrder order,
                                     std::span<const Value> components, Reader& reader);

// The AVET rows of an indexed attribute from one value to another, both included; nil is open.
struct ComponentRange {
  ComponentKey lower;
  ComponentKey upper;
  bool is_empty = false;  // the lower value is the greater one
};
Result<ComponentRange> read_value_range(const View& view, const Value& attribute,
                                        const Value& start, const Value& end, Reader& reader);

}  // namespace stele::db
