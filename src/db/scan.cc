// Scan and probe: a view's rows as leaves. The present is handed through as its trees give it.
#include <algorithm>
#include <deque>

#include "db/view_rows.h"

namespace stele::db {

// ---- Scan --------------------------------------------------------------------------------------

struct Scan::State {
  View view;
  IndexOrder order;
  Reader& reader;
  Direction direction;
  tree::Scan present_scan;
  std::optional<tree::Scan> past_scan;  // only of views in time
  Slice present, past;                  // what is left of the slices read last
  std::vector<Slice> ready;             // the next one last

  bool next(Slice& out);

 private:
  bool refill();
  void merge();
};

// Reads on wherever nothing is left. False at the end, or when the reader is not ok.
bool Scan::State::refill() {
  if (present.size() == 0 && !present_scan.next(present)) present = {};
  if (past.size() == 0 && !past_scan->next(past)) past = {};
  return reader.ok() && (present.size() > 0 || past.size() > 0);
}

void Scan::State::merge() {
  const Parts parts = cut(present, past, direction);
  Runs runs;
  pick_rows(*view.visible(), parts.present, parts.past, 0, runs);
  if (!view.visible()->extra.empty()) keep_replayed(view, runs, reader);
  if (!reader.ok()) return;
  for (auto& made : RunAssembler(present_tree(order)).assemble(runs)) {
    ready.push_back(std::move(made.slice));
  }
  if (direction == Direction::ascending) std::reverse(ready.begin(), ready.end());
}

bool Scan::State::next(Slice& out) {
  if (!past_scan) return present_scan.next(out);
  while (ready.empty()) {
    if (!refill()) return false;
    merge();
    if (!reader.keep_going()) return false;
  }
  out = std::move(ready.back());
  ready.pop_back();
  return true;
}

namespace {

tree::Scan scan_tree(const View& view, format::Tree tree, const Range& range, Reader& reader,
                     Scan::Direction direction) {
  return tree::Scan(view.state().index(tree), range, reader, direction);
}

}  // namespace

Scan::Scan(const View& view, IndexOrder order, const Range& range, Reader& reader,
           Direction direction)
    : state_(new State{view,
                       order,
                       reader,
                       direction,
                       scan_tree(view, present_tree(order), range, reader, direction),
                       {},
                       {},
                       {},
                       {}}) {
  if (view.is_present()) return;
  state_->past_scan.emplace(scan_tree(view, past_tree(order), range, reader, direction));
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

// One key's rows; where they run over several leaves they are cut as a scan does it. `parts` keeps
// what the runs point at.
void pick_key(const View::Visible& visible, SliceList present, SliceList past, std::uint32_t key,
              std::deque<Parts>& parts, Runs& runs) {
  static const Slice none;
  if (present.size() <= 1 && past.size() <= 1) {
    pick_rows(visible, present.empty() ? none : *present[0], past.empty() ? none : *past[0], key,
              runs);
    return;
  }
  Slice present_rest, past_rest;
  for (std::size_t i = 0, j = 0;;) {
    if (present_rest.size() == 0 && i < present.size()) present_rest = *present[i++];
    if (past_rest.size() == 0 && j < past.size()) past_rest = *past[j++];
    if (present_rest.size() == 0 && past_rest.size() == 0) return;
    parts.push_back(cut(present_rest, past_rest, Scan::Direction::ascending));
    pick_rows(visible, parts.back().present, parts.back().past, key, runs);
  }
}

tree::Probes merge_probes(const View& view, IndexOrder order, const tree::Probes& present,
                          const tree::Probes& past, Reader& reader) {
  const auto keys = static_cast<std::uint32_t>(present.slices.size());
  KeySlices present_slices(present), past_slices(past);
  std::deque<Parts> parts;
  Runs runs;
  for (std::uint32_t key = 0; key < keys; ++key) {
    const SliceList of_present = present_slices.next();
    const SliceList of_past = past_slices.next();
    pick_key(*view.visible(), of_present, of_past, key, parts, runs);
  }
  if (!view.visible()->extra.empty()) keep_replayed(view, runs, reader);

  tree::Probes merged;
  merged.slices.resize(keys);
  for (auto& [key, slice] : RunAssembler(present_tree(order)).assemble(runs)) {
    if (merged.slices[key].size() == 0) {
      merged.slices[key] = std::move(slice);
    } else {
      merged.more.emplace_back(key, std::move(slice));
    }
  }
  return merged;
}

}  // namespace

tree::Probes probe(const View& view, IndexOrder order, std::span<const Key> keys, Reader& reader) {
  auto present = tree::probe(view.state().index(present_tree(order)), keys, reader);
  if (view.is_present() || !reader.ok()) return present;
  const auto past = tree::probe(view.state().index(past_tree(order)), keys, reader);
  if (!reader.ok()) return past;
  return merge_probes(view, order, present, past, reader);
}

}  // namespace stele::db
