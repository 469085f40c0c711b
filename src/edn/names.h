// Keywords and symbols by the way they are written, so that the ones that occur again are made,
// checked and allocated once.
//
// Not thread safe: one reader owns one table.
#pragma once

#include <string_view>
#include <vector>

#include <stele/value.h>

#include "base/arena.h"

namespace stele::edn {

class Names {
 public:
  // The keyword (":a/b") or symbol ("a/b") written `token`, if it was added before.
  // O(length), allocates nothing.
  const Value* find(std::string_view token) const;
  // Adds it. Error: invalid `:edn/syntax` (or `:edn/number`, for -.5), without a place.
  Result<Value> add(std::string_view token);

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::string_view token;  // empty: a free slot
    Value value;
  };
  std::size_t slot_of(std::string_view token, std::uint64_t hash) const;
  void grow();

  std::vector<Slot> slots_;  // a power of two, or none; open addressing, never more than half full
  std::size_t used_ = 0;
  base::Arena arena_;  // the tokens
};

// Namespace and name of "a/b", "a", "/" or "a//" (without a keyword's colon).
// Error: invalid `:edn/syntax`, without a place.
struct NameParts {
  std::string_view ns;
  std::string_view name;
};
Result<NameParts> split_name(std::string_view text);

}  // namespace stele::edn
