#include "query/pull_frames.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "edn/writer.h"
#include "value/block.h"

namespace stele::query {
namespace {

// Paths that are no longer are walked; on longer ones it is first seen whether anybody met the
// entity at all.
constexpr std::uint32_t kLengthWalked = 16;

}  // namespace

Value reference_to(EntityId e) {
  static const Value id = Value::keyword("db/id");
  Value entry[] = {id, Value(e)};
  return ValueBlocks::items(Kind::map, entry);
}

Value collection_of(std::vector<Value>& values, bool as_set) {
  if (as_set) return Value::set(std::exchange(values, {}));
  Value made = ValueBlocks::items(Kind::vector, values);
  values.clear();
  return made;
}

Result<Value> transformed(const PullEdge& edge, Value value) {
  base::Arena arena;
  CallContext context{arena};
  const Item argument{value.kind(), value::cell_of(value, arena)};
  Item answer;
  if (edge.xform->evaluate({&argument, 1}, answer, context)) {
    return value::value_of(answer.kind, answer.cell);
  }
  return invalid(context.code,
                 base::text("The :xform ", edge.xform->name, " under ", edn::write_short(*edge.key),
                            ", called with ", edn::write_short(value), ": ", context.why));
}

// ---- Paths -------------------------------------------------------------------------------------

std::uint32_t Frames::add_link(std::uint32_t up, EntityId e) {
  links_.push_back({up, links_[up].length + 1, 0, e});
  return static_cast<std::uint32_t>(links_.size() - 1);
}

// The owner of components counts as met, even where a pattern begins with it; but only for them.
// [P-15]
std::uint32_t Frames::link_of_owner(FrameId frame) {
  if (frames_[frame].link != kNoLink) return frames_[frame].link;
  if (owner_link_ == kNoLink || owner_ != frame) {
    owner_ = frame;
    owner_link_ = add_link(kNoLink, frames_[frame].e);
  }
  return owner_link_;
}

bool Frames::is_on_path(std::uint32_t link, EntityId e) {
  if (links_[link].length > kLengthWalked) {
    for (; met_links_ < links_.size(); ++met_links_) met_.insert(links_[met_links_].e);
    if (!met_.contains(e)) return false;
  }
  for (; link != kNoLink; link = links_[link].up) {
    if (links_[link].e == e) return true;
  }
  return false;
}

bool Frames::may_recur(FrameId frame, const PullEdge& edge) const {
  const std::uint32_t link = frames_[frame].link;
  return link == kNoLink || depths_[links_[link].depths + edge.recursion] < edge.levels_max;
}

// For the link added last: what its parent had followed, and this edge once more. [P-17]
void Frames::add_depths(std::uint32_t parent_link, const PullEdge& edge) {
  const auto begin = static_cast<std::uint32_t>(depths_.size());
  const std::uint32_t recursions = pattern_.node(edge.node).recursions;
  for (std::uint32_t i = 0; i < recursions; ++i) {
    depths_.push_back(parent_link == kNoLink ? 0 : depths_[links_[parent_link].depths + i]);
  }
  ++depths_[begin + edge.recursion];
  links_.back().depths = begin;
}

void Frames::add_child(FrameId parent, const PullEdge& edge, EntityId e) {
  Frame child{.e = e, .node = edge.node};
  if (edge.what != PullEdge::What::pattern) {
    const bool again = edge.what == PullEdge::What::again;
    const std::uint32_t up = again ? frames_[parent].link : link_of_owner(parent);
    if (is_on_path(up, e)) {
      child.closed = true;
      child.map = reference_to(e);
    } else {
      child.link = add_link(up, e);
      if (again) add_depths(up, edge);
    }
  }
  frames_.push_back(std::move(child));
}

// ---- Maps --------------------------------------------------------------------------------------

namespace {

Value map_of(PullPairs& pairs) {
  std::vector<Value>& values = pairs.values;
  if (values.empty()) return Value();
  if (pairs.are_sorted) return ValueBlocks::items(Kind::map, values);
  std::vector<Value::Entry> entries;
  entries.reserve(values.size() / 2);
  for (std::size_t i = 0; i < values.size(); i += 2) {
    entries.emplace_back(std::move(values[i]), std::move(values[i + 1]));
  }
  return Value::map(std::move(entries));
}

}  // namespace

void Frames::close(FrameId frame, PullPairs& pairs) {
  Frame& closed = frames_[frame];
  closed.closed = true;
  if (pairs.waiting.empty()) {
    closed.map = map_of(pairs);
    pairs.values.clear();
    return;
  }
  closed.pending = static_cast<std::uint32_t>(pending_.size());
  pending_.push_back(std::exchange(pairs, {}));
}

// The maps of the children, without those that are empty; nil if all are. [P-12]
Value Frames::collect(const PullPairs::Waiting& waiting) {
  if (!waiting.edge->many) return std::move(frames_[waiting.children_begin].map);
  std::vector<Value> maps;
  maps.reserve(waiting.children_end - waiting.children_begin);
  for (FrameId child = waiting.children_begin; child < waiting.children_end; ++child) {
    if (!frames_[child].map.is_nil()) maps.push_back(std::move(frames_[child].map));
  }
  return maps.empty() ? Value() : collection_of(maps, pattern_.many_as_sets());
}

// Pairs before `next` have been moved to their place or dropped; `kept` is where the rest goes.
Result<Value> Frames::finish(PullPairs& pairs) {
  std::vector<Value>& values = pairs.values;
  std::size_t kept = 0;
  std::size_t next = 0;
  const auto keep_to = [&](std::size_t end) {
    for (; next < end; ++next, ++kept) {
      if (kept != next) values[kept] = std::move(values[next]);
    }
  };
  for (const PullPairs::Waiting& waiting : pairs.waiting) {
    keep_to(2 * std::size_t{waiting.pair});
    Value& value = values[next + 1] = collect(waiting);
    if (waiting.edge->xform) {
      STELE_TRY(value, transformed(*waiting.edge, std::move(value)));
    }
    if (value.is_nil()) {
      next += 2;
    } else {
      keep_to(next + 2);
    }
  }
  keep_to(values.size());
  values.resize(kept);
  return map_of(pairs);
}

Result<std::vector<Value>> Frames::finish(std::size_t roots) {
  for (FrameId i = size(); i-- > 0;) {
    Frame& frame = frames_[i];
    if (frame.pending == kNoPairs) continue;
    STELE_TRY(frame.map, finish(pending_[frame.pending]));
    pending_[frame.pending] = {};
  }
  std::vector<Value> maps;
  maps.reserve(roots);
  for (std::size_t i = 0; i < roots; ++i) maps.push_back(std::move(frames_[i].map));
  return maps;
}

}  // namespace stele::query
