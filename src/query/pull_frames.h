// Frames: the entities met so far in a pull, and what is known of the map of each.
//
//   roots | what the roots refer to | what that refers to | …
// Children come behind their parents, those under one attribute in a row. So all maps can be put
// together from the last frame to the first, and nothing calls itself.
//
// A frame that was reached by recursion, or as a component, knows its path: the entities met that
// way before it, back to where a pattern began. Whoever is met again on it is {:db/id n}, and the
// path goes no further. [P-13 … P-17]
//
// Used by one thread.
#pragma once

#include <unordered_set>
#include <vector>

#include "query/pull_bind.h"

namespace stele::query {

using FrameId = std::uint32_t;

// Keys and values of one map in turn. A value that is to be put together from children is nil, and
// stands among those that wait.
struct PullPairs {
  struct Waiting {
    std::uint32_t pair;  // whose value
    FrameId children_begin;
    FrameId children_end;
    const PullEdge* edge;
  };
  std::vector<Value> values;
  std::vector<Waiting> waiting;
  bool are_sorted = true;  // by key

  void add(const Value& key, Value value) {
    values.push_back(key);
    values.push_back(std::move(value));
  }
};

class Frames {
 public:
  explicit Frames(const BoundPull& pattern) : pattern_(pattern) {}

  void reserve(std::size_t roots) { frames_.reserve(roots); }
  void add_root(EntityId e) { frames_.push_back({.e = e}); }
  FrameId size() const { return static_cast<FrameId>(frames_.size()); }
  EntityId entity(FrameId frame) const { return frames_[frame].e; }
  const BoundNode& node(FrameId frame) const { return pattern_.node(frames_[frame].node); }
  bool is_closed(FrameId frame) const { return frames_[frame].closed; }

  // May recursion go on from here along this edge?
  bool may_recur(FrameId frame, const PullEdge& edge) const;
  // One more of the entities under the edge.
  void add_child(FrameId parent, const PullEdge& edge, EntityId e);
  // All that is to be known about the frame but its children; `pairs` is left empty.
  void close(FrameId frame, PullPairs& pairs);
  // The maps of the first `roots` frames, or nil. All must have been closed. Error: of an :xform.
  Result<std::vector<Value>> finish(std::size_t roots);

 private:
  static constexpr std::uint32_t kNoLink = 0;
  static constexpr std::uint32_t kNoPairs = UINT32_MAX;

  struct Frame {
    EntityId e = 0;
    std::uint32_t node = 0;
    std::uint32_t link = kNoLink;      // the path that ends with it, or none
    std::uint32_t pending = kNoPairs;  // in pending_, if it waits for children
    bool closed = false;
    Value map = {};
  };
  // One step of a path.
  struct Link {
    std::uint32_t up;
    std::uint32_t length;
    std::uint32_t depths;  // in depths_: how often each recursion of the node was followed
    EntityId e;
  };

  std::uint32_t add_link(std::uint32_t up, EntityId e);
  std::uint32_t link_of_owner(FrameId frame);
  void add_depths(std::uint32_t parent_link, const PullEdge& edge);
  bool is_on_path(std::uint32_t link, EntityId e);
  Value collect(const PullPairs::Waiting& waiting);
  Result<Value> finish(PullPairs& pairs);

  const BoundPull& pattern_;
  std::vector<Frame> frames_;
  std::vector<PullPairs> pending_;
  std::vector<Link> links_{1};  // the first stands for none
  FrameId owner_ = 0;           // of components, if there is its link: where a pattern began
  std::uint32_t owner_link_ = kNoLink;
  std::vector<std::uint32_t> depths_;
  std::unordered_set<EntityId> met_;  // on the first met_links_ links
  std::size_t met_links_ = 1;
};

// What stands in place of an entity that is not looked into: {:db/id n}.
Value reference_to(EntityId e);
// A vector, or a set, of values, which are left empty.
Value collection_of(std::vector<Value>& values, bool as_set);
// The value through the edge's :xform. Error: the function's. [P-8]
Result<Value> transformed(const PullEdge& edge, Value value);

}  // namespace stele::query
