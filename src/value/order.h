// The order of values, for the rest of this room; everyone else uses compare() and compare_cells().
#pragma once

#include <array>
#include <cstdint>

#include "value/items.h"

namespace stele::value {

// How two values stand to each other. `order` is the storage order. Where it is 0, `tie` puts apart
// by category what is one fact in storage but not equal: 1, 1.0 and 1M. Both 0: equal.
struct Order {
  int order = 0;
  int tie = 0;
  int canonical() const { return order != 0 ? order : tie; }
};

// Kinds of one rank are compared by what they hold, others by rank. [D-31]
constexpr int rank(Kind kind) {
  constexpr std::array<std::uint8_t, kKindCount> kRanks = {
      0,   // nil
      7,   // boolean
      8,   // int64
      8,   // float64
      8,   // float32
      11,  // instant
      10,  // character
      9,   // string
      4,   // keyword
      6,   // symbol
      12,  // uuid
      1,   // bytes
      8,   // bigint
      8,   // bigdec
      3,   // float_array
      2,   // double_array
      5,   // vector
      5,   // list
      14,  // set
      13,  // map
      15,  // tagged
  };
  return kRanks[static_cast<std::size_t>(kind)];
}

constexpr bool is_number(Kind kind) { return rank(kind) == rank(Kind::int64); }

// Two numbers of any kinds, by exact numeric value.
Order compare_numbers(Item a, Item b);

}  // namespace stele::value
