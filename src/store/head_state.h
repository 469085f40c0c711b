// HeadState: which state of a head a version names, for stores that keep it as two numbers.
//
// Each swap gets a generation that the head has never had; appending keeps it and makes the head
// longer. So a head that comes back to an earlier length, or to earlier bytes, is another version
// all the same, and a version of the same generation tells how many bytes are known already.
//
// Immutable.
#pragma once

#include <cstdint>
#include <optional>

#include <stele/store.h>

#include "base/environment.h"

namespace stele::store {

struct HeadState {
  std::int64_t generation = 0;
  std::int64_t length = 0;  // bytes

  bool operator==(const HeadState&) const = default;
  HeadVersion version() const;
  // Nothing for the absent version, and for what is no version of such a store.
  static std::optional<HeadState> of(const HeadVersion& version);
};

// A generation that nobody has used: positive and random, so that heads which are deleted and made
// again do not come back to an old one, and no counter has to be kept for it.
std::int64_t new_generation(base::Environment& environment);

}  // namespace stele::store
