#include "db/assembled_part.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace stele::db {
namespace {

// Less is put together in about the time that it takes to find it.
constexpr std::uint32_t kKeptRowsMin = 32;
// A part keeps the whole of its leaves in memory: it must be so much of them at least.
constexpr std::uint32_t kKeptShare = 8;

bool is_worth_keeping(const Parts& parts) {
  const std::uint32_t rows = parts.present.size() + parts.past.size();
  std::uint32_t held = 0;
  for (const Slice* slice : {&parts.present, &parts.past}) {
    if (slice->size() > 0) held += slice->leaf->size();
  }
  return rows >= kKeptRowsMin && rows >= held / kKeptShare;
}

// A view that sees the latest transaction sees all that are in its trees, and goes on doing so.
View::Visible::Window window_of(const View& view) {
  constexpr TxId kLatest = std::numeric_limits<TxId>::max();
  View::Visible::Window window{0, kLatest};
  if (const View::Visible* visible = view.visible()) {
    const bool to_the_end = visible->until >= view.state().max_tx;
    const View::Visible same{.after = visible->after,
                             .until = to_the_end ? kLatest : visible->until};
    window = same.window();
  }
  return window;
}

std::uint64_t address_of(const LeafPtr& leaf) {
  return reinterpret_cast<std::uintptr_t>(leaf.get());
}

}  // namespace

// ---- Origin ------------------------------------------------------------------------------------

std::optional<PartOrigin> PartOrigin::of(const View& view, const Parts& parts,
                                         const EventPicker* picker, Scan::Direction direction) {
  // With gaps it is also other rows of the view that decide: see keep_replayed.
  if (view.visible() && view.visible()->has_gaps()) return std::nullopt;
  if (!is_worth_keeping(parts)) return std::nullopt;
  PartOrigin origin;
  origin.parts_ = parts;
  origin.window_ = window_of(view);
  if (picker) {
    const EventsWanted& events = picker->events();
    origin.how_ = 1u | (direction == Scan::Direction::ascending ? 2u : 0u) |
                  (events.asserted ? 4u : 0u) | (events.retracted ? 8u : 0u) |
                  static_cast<std::uint64_t>(events.distinct) << 4;
    origin.edge_ = picker->edge();
  }
  return origin;
}

PartOrigin::Numbers PartOrigin::numbers() const {
  const auto rows_of = [](const Slice& slice) {
    return std::uint64_t{slice.begin} << 32 | slice.end;
  };
  return {address_of(parts_.present.leaf),
          rows_of(parts_.present),
          address_of(parts_.past.leaf),
          rows_of(parts_.past),
          window_.first,
          window_.width,
          how_,
          address_of(edge_.leaf),
          edge_.row,
          edge_.added};
}

bool PartOrigin::operator==(const PartOrigin& other) const { return numbers() == other.numbers(); }

base::Hash PartOrigin::key() const {
  base::Hash key;
  const Numbers all = numbers();
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t word = i;
    for (const std::uint64_t number : all) word = base::mix(word, number);
    std::memcpy(key.bytes.data() + 8 * i, &word, 8);
  }
  return key;
}

// ---- Part --------------------------------------------------------------------------------------

namespace {

std::size_t bytes_held(const Parts& parts, std::span<const Slice> slices) {
  std::size_t bytes = sizeof(AssembledPart) + slices.size() * sizeof(Slice);
  const format::Leaf* last = nullptr;
  const auto add = [&](const LeafPtr& leaf) {
    if (leaf && leaf.get() != last) bytes += leaf->bytes();
    last = leaf.get();
  };
  add(parts.present.leaf);
  add(parts.past.leaf);
  for (const Slice& slice : slices) {
    if (slice.leaf != parts.present.leaf) add(slice.leaf);
  }
  return bytes;
}

}  // namespace

AssembledPart::AssembledPart(PartOrigin origin, std::vector<Slice> slices, EventPicker::Edge edge)
    : Node(slices.front().leaf->tree(), kLevel),
      origin_(std::move(origin)),
      slices_(std::move(slices)),
      edge_(std::move(edge)) {
  bytes_ = bytes_held(origin_.parts(), slices_);
}

std::shared_ptr<const AssembledPart> AssembledPart::find(tree::NodeCache& cache,
                                                         const PartOrigin& origin) {
  const format::NodePtr node = cache.find(origin.key());
  if (!node || node->level() != kLevel) return nullptr;
  auto part = std::static_pointer_cast<const AssembledPart>(node);
  return part->origin_ == origin ? part : nullptr;
}

void AssembledPart::keep(tree::NodeCache& cache, const PartOrigin& origin,
                         std::vector<Slice> slices, EventPicker::Edge edge) {
  const bool copied = std::any_of(slices.begin(), slices.end(), [&](const Slice& slice) {
    return slice.leaf != origin.parts().present.leaf;
  });
  if (!copied) return;
  cache.insert(origin.key(),
               std::make_shared<const AssembledPart>(origin, std::move(slices), std::move(edge)));
}

}  // namespace stele::db
