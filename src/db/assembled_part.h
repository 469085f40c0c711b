// Assembled part: the slices that a part of a view's scan was put together to, kept in the node
// cache, so that scanning the same view again picks no rows.
//
// A part is named by where it came from: the leaves of present and past, by their addresses, the
// rows of each, and what the view sees. It keeps those leaves alive, so that while it can be found
// no other leaf has such an address; and it compares the whole of its origin when it is found, so
// that nothing rests on the key's being unique.
//
// Thread safety: immutable; const use from any number of threads.
#pragma once

#include <array>

#include "db/history_rows.h"
#include "tree/node_cache.h"

namespace stele::db {

// All that decides what a part is put together to.
class PartOrigin {
 public:
  // nullopt: not worth keeping, or it depends on more than its own rows. The picker is that of a
  // history's scan, else null.
  static std::optional<PartOrigin> of(const View& view, const Parts& parts,
                                      const EventPicker* picker, Scan::Direction direction);

  base::Hash key() const;
  bool operator==(const PartOrigin& other) const;
  const Parts& parts() const { return parts_; }

 private:
  using Numbers = std::array<std::uint64_t, 10>;
  Numbers numbers() const;

  Parts parts_;
  View::Visible::Window window_;
  std::uint64_t how_ = 0;  // 0, of histories which events and in which direction
  EventPicker::Edge edge_;
};

class AssembledPart final : public format::Node {
 public:
  AssembledPart(PartOrigin origin, std::vector<Slice> slices, EventPicker::Edge edge);

  // Null: it is not there.
  static std::shared_ptr<const AssembledPart> find(tree::NodeCache& cache,
                                                   const PartOrigin& origin);
  // Keeps it if rows were copied: what hands its leaves through is as soon made again.
  static void keep(tree::NodeCache& cache, const PartOrigin& origin, std::vector<Slice> slices,
                   EventPicker::Edge edge);

  std::span<const Slice> slices() const { return slices_; }  // ascending
  const EventPicker::Edge& edge() const { return edge_; }    // of the picker, when it was done

 private:
  static constexpr int kLevel = -1;  // neither leaf nor branch

  PartOrigin origin_;
  std::vector<Slice> slices_;
  EventPicker::Edge edge_;
};

}  // namespace stele::db
