// Scan and probe: a view's rows as leaves. The present is handed through as its trees give it.
#include <algorithm>
#include <deque>

#include "db/assembled_part.h"

namespace stele::db {

namespace {

bool reads_present(const EventsWanted& events) { return events.asserted; }

bool reads_past(const View& view, IndexOrder order, const EventsWanted& events) {
  const bool is_of_interest = view.is_history() || (view.reads_past() && events.asserted);
  return is_of_interest && view.state().index(past_tree(order)).size() > 0;
}

// Keys of one probe that are announced in the trees of present and past together.
constexpr std::size_t kKeysAnnouncedMax = 1024;

void announce_keys(const View& view, IndexOrder order, std::span<const Key> keys, Reader& reader,
                   const EventsWanted& events) {
  const auto& source = view.state().source;  // none: nobody has stored it
  if (!source || !source->is_far() || keys.size() > kKeysAnnouncedMax) return;
  std::vector<tree::Announced> wanted;
  for (const Key& key : keys) add_announced(view, order, Range::prefix(key), wanted, events);
  tree::announce(wanted, tree::AnnouncedDepth::leaves, reader);
}

// Of the leaves that are put together.
format::Tree leaf_tree(const View& view, IndexOrder order) {
  return view.is_history() ? past_tree(order) : present_tree(order);
}

}  // namespace

void add_announced(const View& view, IndexOrder order, const Range& range,
                   std::vector<tree::Announced>& out, const EventsWanted& events) {
  if (reads_present(events)) out.push_back({&view.state().index(present_tree(order)), range});
  if (reads_past(view, order, events)) {
    out.push_back({&view.state().index(past_tree(order)), range});
  }
}

// ---- Scan --------------------------------------------------------------------------------------

struct Scan::State {
  const View view;
  IndexOrder order;
  EventsWanted events;
  Reader& reader;
  Direction direction;
  std::optional<tree::Scan> present_scan;  // none: nothing there can be of interest
  std::optional<tree::Scan> past_scan;
  std::optional<EventPicker> picker;  // of histories
  Slice present, past;                // what is left of the slices read last
  std::vector<Slice> ready;           // the next one last

  bool next(Slice& out);

 private:
  bool refill();
  void merge();
  Runs pick(const Parts& parts);
  void hand_out(std::span<const Slice> slices);
};

// Reads on wherever nothing is left. False at the end, or when the reader is not ok.
bool Scan::State::refill() {
  if (present.size() == 0 && !(present_scan && present_scan->next(present))) present = {};
  if (past.size() == 0 && !(past_scan && past_scan->next(past))) past = {};
  return reader.ok() && (present.size() > 0 || past.size() > 0);
}

Runs Scan::State::pick(const Parts& parts) {
  Runs runs;
  if (!picker) {
    pick_rows(*view.visible(), parts.present, parts.past, 0, runs);
    if (view.visible()->has_gaps()) keep_replayed(view, runs, reader);
  } else if (direction == Direction::ascending) {
    picker->pick(parts.present, parts.past, 0, runs);
  } else {
    picker->pick_before(parts.present, parts.past, runs);
  }
  return runs;
}

// Ascending slices.
void Scan::State::hand_out(std::span<const Slice> slices) {
  ready.assign(slices.begin(), slices.end());
  if (direction == Direction::ascending) std::reverse(ready.begin(), ready.end());
}

void Scan::State::merge() {
  const Parts parts = cut(present, past, direction);
  const bool is_present = !picker && parts.past.size() == 0;
  if (is_present && are_all_visible(*view.visible(), parts.present)) {
    return hand_out({&parts.present, 1});
  }
  tree::NodeCache& cache = view.state().source->cache();
  const auto origin = PartOrigin::of(view, parts, picker ? &*picker : nullptr, direction);
  if (const auto kept = origin ? AssembledPart::find(cache, *origin) : nullptr) {
    if (picker) picker->go_on_from(kept->edge());
    return hand_out(kept->slices());
  }
  const Runs runs = pick(parts);
  if (!reader.ok()) return;
  std::vector<Slice> slices;
  for (auto& made : RunAssembler(leaf_tree(view, order)).assemble(runs)) {
    slices.push_back(std::move(made.slice));
  }
  hand_out(slices);
  if (!origin) return;
  AssembledPart::keep(cache, *origin, std::move(slices),
                      picker ? picker->edge() : EventPicker::Edge());
}

bool Scan::State::next(Slice& out) {
  if (view.is_present()) return present_scan && present_scan->next(out);
  while (ready.empty()) {
    if (!refill()) return false;
    merge();
    if (!reader.keep_going()) return false;
  }
  out = std::move(ready.back());
  ready.pop_back();
  return true;
}

Scan::Scan(const View& view, IndexOrder order, const Range& range, Reader& reader,
           Direction direction, const EventsWanted& events)
    : state_(new State{view, order, events, reader, direction, {}, {}, {}, {}, {}, {}}) {
  State& state = *state_;
  const auto start = [&](std::optional<tree::Scan>& scan, format::Tree tree) {
    scan.emplace(view.state().index(tree), range, reader, direction);
  };
  if (reads_present(events)) start(state.present_scan, present_tree(order));
  if (reads_past(view, order, events)) start(state.past_scan, past_tree(order));
  if (view.is_history()) state.picker.emplace(state.view, state.events);
}
Scan::~Scan() = default;
Scan::Scan(Scan&&) noexcept = default;

bool Scan::next(Slice& slice) { return state_->next(slice); }

// ---- Probe -------------------------------------------------------------------------------------

namespace {

// The slices that a probe of one tree found, key by key in ascending order.
class KeySlices {
 public:
  explicit KeySlices(const tree::Probes& probes) : probes_(probes) {}

  std::span<const Slice* const> next() {
    found_.clear();
    if (probes_.slices[key_].size() > 0) found_.push_back(&probes_.slices[key_]);
    for (; more_ < probes_.more.size() && probes_.more[more_].first == key_; ++more_) {
      found_.push_back(&probes_.more[more_].second);
    }
    ++key_;
    return found_;
  }

 private:
  const tree::Probes& probes_;
  std::uint32_t key_ = 0;
  std::size_t more_ = 0;
  std::vector<const Slice*> found_;
};

using SliceList = std::span<const Slice* const>;

// Calls `pick(present, past)` with one key's slices; where they are several they are cut as a scan
// does it. `parts` keeps what is given.
template <typename Pick>
void cut_key(SliceList present, SliceList past, std::deque<Parts>& parts, const Pick& pick) {
  static const Slice none;
  if (present.size() <= 1 && past.size() <= 1) {
    pick(present.empty() ? none : *present[0], past.empty() ? none : *past[0]);
    return;
  }
  Slice present_rest, past_rest;
  for (std::size_t i = 0, j = 0;;) {
    if (present_rest.size() == 0 && i < present.size()) present_rest = *present[i++];
    if (past_rest.size() == 0 && j < past.size()) past_rest = *past[j++];
    if (present_rest.size() == 0 && past_rest.size() == 0) return;
    parts.push_back(cut(present_rest, past_rest, Scan::Direction::ascending));
    pick(parts.back().present, parts.back().past);
  }
}

tree::Probes merge_probes(const View& view, IndexOrder order, const tree::Probes& present,
                          const tree::Probes& past, Reader& reader, const EventsWanted& events) {
  const auto keys = static_cast<std::uint32_t>(present.slices.size());
  KeySlices present_slices(present), past_slices(past);
  std::deque<Parts> parts;
  Runs runs;
  EventPicker picker(view, events);
  tree::Probes merged;
  merged.slices.resize(keys);
  for (std::uint32_t key = 0; key < keys; ++key) {
    const SliceList of_present = present_slices.next();
    const SliceList of_past = past_slices.next();
    const bool is_present = !view.is_history() && of_past.empty() && of_present.size() == 1;
    if (is_present && are_all_visible(*view.visible(), *of_present[0])) {
      merged.slices[key] = *of_present[0];
      continue;
    }
    cut_key(of_present, of_past, parts, [&](const Slice& now, const Slice& then) {
      if (view.is_history()) return picker.pick(now, then, key, runs);
      pick_rows(*view.visible(), now, then, key, runs);
    });
  }
  if (!view.is_history() && view.visible()->has_gaps()) keep_replayed(view, runs, reader);

  for (auto& [key, slice] : RunAssembler(leaf_tree(view, order)).assemble(runs)) {
    if (merged.slices[key].size() == 0) {
      merged.slices[key] = std::move(slice);
    } else {
      merged.more.emplace_back(key, std::move(slice));
    }
  }
  return merged;
}

}  // namespace

tree::Probes probe(const View& view, IndexOrder order, std::span<const Key> keys, Reader& reader,
                   const EventsWanted& events) {
  tree::Probes none;
  none.slices.resize(keys.size());
  const auto probe_tree = [&](format::Tree tree) {
    return tree::probe(view.state().index(tree), keys, reader);
  };
  if (!view.is_present()) announce_keys(view, order, keys, reader, events);
  auto present = reads_present(events) ? probe_tree(present_tree(order)) : none;
  if (view.is_present() || !reader.ok()) return present;
  const auto past = reads_past(view, order, events) ? probe_tree(past_tree(order)) : none;
  if (!reader.ok()) return none;
  return merge_probes(view, order, present, past, reader, events);
}

}  // namespace stele::db
