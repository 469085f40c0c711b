// The rows of each attribute, where attributes are scattered over a leaf.
#pragma once

#include <span>
#include <vector>

#include "format/array.h"

namespace stele::format {

class RowsByAttribute {
 public:
  // Counting sort. O(rows + attributes). All codes are below `attributes`.
  RowsByAttribute(std::span<const std::uint16_t> codes, std::size_t attributes)
      : begins_(attributes + 1) {
    for (const std::uint16_t code : codes) ++begins_[code + std::size_t{1}];
    for (std::size_t i = 0; i < attributes; ++i) begins_[i + 1] += begins_[i];
    rows_.resize(codes.size());
    std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
    for (std::size_t row = 0; row < codes.size(); ++row) {
      rows_[next[codes[row]]++] = static_cast<std::uint32_t>(row);
    }
  }
  std::span<const std::uint32_t> of(std::size_t code) const {
    return rows_.all().subspan(begins_[code], begins_[code + 1] - begins_[code]);
  }

 private:
  std::vector<std::uint32_t> begins_;  // by code, where its rows begin in rows_
  Array<std::uint32_t> rows_;
};

}  // namespace stele::format
