// PullForm: a pull pattern as it was written, read and checked, of no database in particular.
//
//   [:name {:friend [:age]} {:boss ...}]
// is read as nodes, one for each vector, that hold their specs:
//   0   :name    :friend → node 1    :boss → again
//   1   :age
//
// Thread safety: immutable once read.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <stele/value.h>

#include "query/functions.h"

namespace stele::query {

inline constexpr std::uint64_t kPullUnlimited = UINT64_MAX;
inline constexpr std::uint64_t kPullLimitDefault = 1000;  // values of an attribute [P-6]

// What is asked of one attribute.
struct PullSpec {
  // What stands in place of a reference.
  enum class Below : std::uint8_t {
    nothing,  // {:db/id n}, or all of a component
    pattern,  // what the pattern of `node` finds there
    again,    // what this same node finds there
  };

  Value key;                       // in the answer
  Value attribute;                 // :friend, also where :_friend is asked for
  std::uint32_t attribute_at = 0;  // position in PullForm::attributes
  bool backwards = false;          // :_friend
  Below below = Below::nothing;
  std::uint32_t node = 0;
  std::uint64_t levels_max = kPullUnlimited;  // again: how many times
  std::uint64_t limit = kPullLimitDefault;
  std::optional<Value> default_value;
  const Function* xform = nullptr;
};

struct PullNode {
  bool wildcard = false;
  std::vector<PullSpec> specs;  // ascending by key, which is compare_canonical's order; each once
};

struct PullForm {
  std::vector<PullNode> nodes;    // the pattern itself is the first
  std::vector<Value> attributes;  // ascending by compare(), each once
};

// Errors: `invalid` `:parser/pull`, and `:edn/…` for a string that is no EDN. [P-2, P-3, P-19]
Result<PullForm> read_pull(const Value& form);

// :ns/_name or "ns/_name" as what it turns around; nullopt if it is no such name.
std::optional<Value> forward_of(const Value& attribute);

}  // namespace stele::query
