#include "format/leaf.h"

#include <algorithm>
#include <array>

namespace stele::format {

std::string_view name(Tree tree) {
  constexpr std::array<std::string_view, kTreeCount> kNames = {
      "eavt", "aevt", "avet", "past-eavt", "past-aevt", "past-avet", "log"};
  return kNames[static_cast<std::size_t>(tree)];
}

std::uint32_t Leaf::attributes_before(const Value& attribute) const {
  const auto found = std::partition_point(
      attributes_.begin(), attributes_.end(),
      [&](const LeafAttribute& each) { return compare(each.attribute, attribute) < 0; });
  return static_cast<std::uint32_t>(found - attributes_.begin());
}

int Leaf::code_of(const Value& attribute) const {
  const std::uint32_t code = attributes_before(attribute);
  if (code == attributes_.size() || compare(attributes_[code].attribute, attribute) != 0) return -1;
  return static_cast<int>(code);
}

void Leaf::count_bytes() {
  bytes_ = sizeof(Leaf) + e_.bytes() + tx_.bytes() + ended_.bytes() + a_.bytes() + v_.bytes() +
           kinds_.bytes() + attributes_.size() * sizeof(LeafAttribute) + arena_.bytes() +
           owned_bytes_;
}

}  // namespace stele::format
