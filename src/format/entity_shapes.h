// Entity shapes: where entities are contiguous, most of them have the same attributes. A leaf then
// names each list of attributes once (a shape) and tells every entity's shape, instead of telling
// every row's entity and attribute: smaller, and faster to decode.
//
//   e  a           entities  shape      shapes
//   7  age         7         0          0: age name
//   7  name        8         1          1: age name name
//   8  age         9         0
//   8  name
//   8  name
//   9  age
//   9  name
#pragma once

#include <span>
#include <vector>

#include "format/array.h"

namespace stele::format {

class EntityShapes {
 public:
  // False if it is not worth it: more than one shape for every two entities.
  bool find(std::span<const std::uint64_t> e, std::span<const std::uint16_t> a);

  std::span<const std::uint64_t> entities() const { return entities_.all(); }
  std::span<const std::uint64_t> shape_of_entities() const { return shape_of_entities_.all(); }
  // How many attributes each shape has, and the codes of all, shape after shape.
  std::span<const std::uint64_t> lengths() const { return lengths_.all(); }
  std::span<const std::uint64_t> codes() const { return codes_.all(); }

 private:
  std::uint64_t shape_for(std::span<const std::uint16_t> codes);

  Array<std::uint64_t> entities_, shape_of_entities_, lengths_, codes_;
  std::vector<std::span<const std::uint16_t>> shapes_;
  Array<std::uint32_t> slots_;  // hash table: shape + 1; 0: free
};

}  // namespace stele::format
