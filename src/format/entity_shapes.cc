#include "format/entity_shapes.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace stele::format {

using Codes = std::span<const std::uint16_t>;

std::uint64_t EntityShapes::shape_for(Codes codes) {
  const base::ByteView bytes = {reinterpret_cast<const std::uint8_t*>(codes.data()),
                                codes.size_bytes()};
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(base::xxh3(bytes)) & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const Codes known = shapes_[slots_[at] - 1];
    if (std::equal(known.begin(), known.end(), codes.begin(), codes.end())) return slots_[at] - 1;
  }
  shapes_.push_back(codes);
  slots_[at] = static_cast<std::uint32_t>(shapes_.size());
  lengths_.push_back(codes.size());
  for (const std::uint16_t code : codes) codes_.push_back(code);
  return shapes_.size() - 1;
}

bool EntityShapes::find(std::span<const std::uint64_t> e, Codes a) {
  for (auto* list : {&entities_, &shape_of_entities_, &lengths_, &codes_}) list->clear();
  shapes_.clear();
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (i == 0 || e[i] != e[i - 1]) entities_.push_back(e[i]);
  }
  const std::size_t shapes_max = entities_.size() / 2;
  slots_.resize(std::bit_ceil(2 * shapes_max + 2));
  std::fill_n(slots_.data(), slots_.size(), 0);
  for (std::size_t begin = 0, end = 0; begin < e.size(); begin = end) {
    while (end < e.size() && e[end] == e[begin]) ++end;
    shape_of_entities_.push_back(shape_for(a.subspan(begin, end - begin)));
    if (shapes_.size() > shapes_max) return false;
  }
  return !entities_.empty();
}

}  // namespace stele::format
