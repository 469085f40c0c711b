// AttributeCodes: small numbers for the attributes of many rows, in the order in which they first
// come.
//
// Attributes of one transaction mostly share their blocks, so that an address says enough and most
// lookups compare nothing.
//
// Not thread safe. Borrows: every attribute that is asked for must live as long as the codes.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <stele/value.h>

#include "value/block.h"

namespace stele::format {

class AttributeCodes {
 public:
  // O(1) if its block was met lately, else O(log attributes).
  std::uint32_t of(const Value& attribute) {
    const value::Cell address = ValueBlocks::bits(attribute);
    Recent& recent = recent_[(address >> 4) % kRecent];
    if (recent.address != address) recent = {address, find_or_add(attribute)};
    return recent.code;
  }

  // By code.
  std::span<const Value* const> attributes() const { return attributes_; }
  // By code: its place in the order of storage. O(attributes).
  std::vector<std::uint32_t> ranks() const {
    std::vector<std::uint32_t> ranks(attributes_.size());
    std::uint32_t rank = 0;
    for (const std::uint32_t code : ascending_) ranks[code] = rank++;
    return ranks;
  }

 private:
  struct Recent {
    value::Cell address = 0;  // no block has it
    std::uint32_t code = 0;
  };
  static constexpr std::size_t kRecent = 64;

  std::uint32_t find_or_add(const Value& attribute) {
    const auto place = std::partition_point(
        ascending_.begin(), ascending_.end(),
        [&](std::uint32_t code) { return compare(*attributes_[code], attribute) < 0; });
    if (place != ascending_.end() && compare(*attributes_[*place], attribute) == 0) return *place;
    const auto code = static_cast<std::uint32_t>(attributes_.size());
    ascending_.insert(place, code);
    attributes_.push_back(&attribute);
    return code;
  }

  std::vector<const Value*> attributes_;  // by code
  std::vector<std::uint32_t> ascending_;  // codes in the order of storage
  std::array<Recent, kRecent> recent_;
};

}  // namespace stele::format
