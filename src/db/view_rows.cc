#include "db/view_rows.h"

#include <algorithm>

#include "format/order.h"

namespace stele::db {

using format::Leaf;
using value::Cell;

// ---- Cutting -----------------------------------------------------------------------------------

namespace {

// Sign of (last row of x ? last row of y), and the same of first rows.
int compare_lasts(const Slice& x, const Slice& y) {
  return format::compare(*x.leaf, x.end - 1, format::key_of(*y.leaf, y.end - 1));
}
int compare_firsts(const Slice& x, const Slice& y) {
  return format::compare(*x.leaf, x.begin, format::key_of(*y.leaf, y.begin));
}

// Splits off the rows of `rest` that do not come after the last row of `other`.
Slice take_through(Slice& rest, const Slice& other) {
  Slice taken = rest;
  const Key key = format::key_of(*other.leaf, other.end - 1);
  taken.end = rest.begin = format::upper_row(*rest.leaf, rest.begin, rest.end, key);
  return taken;
}
// Splits off the rows of `rest` that do not come before the first row of `other`.
Slice take_from(Slice& rest, const Slice& other) {
  Slice taken = rest;
  const Key key = format::key_of(*other.leaf, other.begin);
  taken.begin = rest.end = format::lower_row(*rest.leaf, rest.begin, rest.end, key);
  return taken;
}

}  // namespace

Parts cut(Slice& present, Slice& past, Scan::Direction direction) {
  if (present.size() == 0 || past.size() == 0) {
    return {std::exchange(present, {}), std::exchange(past, {})};
  }
  const bool ascending = direction == Scan::Direction::ascending;
  const bool present_whole =
      ascending ? compare_lasts(present, past) <= 0 : compare_firsts(present, past) >= 0;
  Slice& whole = present_whole ? present : past;
  Slice& other = present_whole ? past : present;
  Slice part = ascending ? take_through(other, whole) : take_from(other, whole);
  if (present_whole) return {std::exchange(whole, {}), std::move(part)};
  return {std::move(part), std::exchange(whole, {})};
}

// ---- Picking -----------------------------------------------------------------------------------

namespace {

bool was_true(const View::Visible& visible, const Leaf& past, std::uint32_t row) {
  const TxId tx = past.tx()[row];
  const TxId ended = past.ended()[row];
  if (!visible.has_gaps()) return visible.window().has(tx) && ended > visible.until;
  // With gaps in what is visible an end settles nothing yet; but what ended in the transaction
  // that asserted it was never there.
  return ended != tx && visible.sees(tx);
}

}  // namespace

std::uint32_t not_before(const Leaf& present, std::uint32_t begin, std::uint32_t end,
                         const Leaf& past, std::uint32_t past_row) {
  const auto is_before = [&](std::uint32_t row) {
    return format::compare(present, row, past, past_row) < 0;
  };
  // Invariant: rows before `begin` come before it; those from `high` on do not.
  std::uint32_t high = end;
  for (std::uint32_t step = 1; begin < high; step *= 2) {
    const std::uint32_t probe = std::min(begin + step - 1, high - 1);
    if (!is_before(probe)) {
      high = probe;
      break;
    }
    begin = probe + 1;
  }
  while (begin < high) {
    const std::uint32_t middle = begin + (high - begin) / 2;
    if (is_before(middle)) {
      begin = middle + 1;
    } else {
      high = middle;
    }
  }
  return begin;
}

void append_visible(const View::Visible& visible, const Run& rows, Runs& runs) {
  const auto tx = rows.from->leaf->tx();
  if (visible.has_gaps()) {
    append_fitting(
        rows, [&](std::uint32_t row) { return visible.sees(tx[row]); }, runs);
    return;
  }
  const View::Visible::Window window = visible.window();
  append_fitting(
      rows, [&](std::uint32_t row) { return window.has(tx[row]); }, runs);
}

bool are_all_visible(const View::Visible& visible, const Slice& present) {
  if (visible.has_gaps()) return false;
  const View::Visible::Window window = visible.window();
  const auto tx = present.leaf->tx().subspan(present.begin, present.size());
  return std::all_of(tx.begin(), tx.end(), [&](TxId each) { return window.has(each); });
}

void pick_rows(const View::Visible& visible, const Slice& present, const Slice& past,
               std::uint32_t key, Runs& runs) {
  std::uint32_t at = present.begin;
  for (std::uint32_t row = past.begin; row < past.end; ++row) {
    if (!was_true(visible, *past.leaf, row)) continue;
    if (at < present.end) {
      const std::uint32_t before = not_before(*present.leaf, at, present.end, *past.leaf, row);
      append_visible(visible, {&present, at, before, key}, runs);
      at = before;
    }
    append_run(runs, {&past, row, row + 1, key});
  }
  if (at < present.end) append_visible(visible, {&present, at, present.end, key}, runs);
}

// ---- Replaying ---------------------------------------------------------------------------------

namespace {

// All that is known of one attribute of one entity.
struct Group {
  EntityId e = 0;
  const Value* a = nullptr;

  bool operator<(const Group& other) const {
    return e != other.e ? e < other.e : compare(*a, *other.a) < 0;
  }
  bool operator==(const Group& other) const { return e == other.e && *a == *other.a; }
};

struct Event {
  TxId tx = 0;
  bool asserts = false;
  Kind kind = Kind::nil;
  Cell v = 0;
  bool passed = false;  // retracts what the same transaction had asserted

  bool same_value(const Event& other) const {
    return value::compare_cells(kind, v, other.kind, other.v) == 0;
  }
};
using Events = std::vector<Event>;

Group group_of(const Leaf& leaf, std::uint32_t row) {
  return {leaf.e()[row], &leaf.attribute(row)};
}

std::vector<Group> groups_of(const Runs& runs) {
  std::vector<Group> groups;
  for (const Run& run : runs) {
    for (std::uint32_t row = run.begin; row < run.end; ++row) {
      groups.push_back(group_of(*run.from->leaf, row));
    }
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

// What the visible transactions did to each group, from rows probed in one of its trees.
void append_events(const View::Visible& visible, const Slice& slice, Events& events) {
  const Leaf& leaf = *slice.leaf;
  const bool past = format::is_past(leaf.tree());
  for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
    const TxId tx = leaf.tx()[row];
    const TxId ended = past ? leaf.ended()[row] : 0;
    if (tx != ended && visible.sees(tx))
      events.push_back({tx, true, leaf.kind(row), leaf.v()[row]});
    if (past && visible.sees(ended))
      events.push_back({ended, false, leaf.kind(row), leaf.v()[row], tx == ended});
  }
}

void append_events(const View::Visible& visible, const tree::Probes& probes,
                   std::vector<Events>& events) {
  for (std::size_t i = 0; i < probes.slices.size(); ++i) {
    if (probes.slices[i].size() > 0) append_events(visible, probes.slices[i], events[i]);
  }
  for (const auto& [i, slice] : probes.more) append_events(visible, slice, events[i]);
}

// The assertions that stand after all events. A fact that one transaction retracts and asserts
// stands; one that it asserts and retracts has no assertion among the events, but under cardinality
// one it has taken the place of what was there.
Events replay(Events events, bool many) {
  std::sort(events.begin(), events.end(), [](const Event& x, const Event& y) {
    return x.tx != y.tx ? x.tx < y.tx : x.asserts < y.asserts;
  });
  Events standing;
  for (const Event& event : events) {
    auto same = [&](const Event& other) { return other.same_value(event); };
    if (event.passed && !many) {
      standing.clear();
    } else if (!event.asserts) {
      std::erase_if(standing, same);
    } else if (!many) {
      standing.assign(1, event);
    } else if (std::none_of(standing.begin(), standing.end(), same)) {
      standing.push_back(event);
    }
  }
  return standing;
}

bool stands(const Events& standing, const Leaf& leaf, std::uint32_t row) {
  const Event wanted{leaf.tx()[row], true, leaf.kind(row), leaf.v()[row]};
  return std::any_of(standing.begin(), standing.end(), [&](const Event& event) {
    return event.tx == wanted.tx && event.same_value(wanted);
  });
}

}  // namespace

void keep_replayed(const View& view, Runs& runs, Reader& reader) {
  const std::vector<Group> groups = groups_of(runs);
  std::vector<Key> keys;
  for (const Group& group : groups) keys.push_back(Key::eavt(group.e, *group.a));
  const State& state = view.state();
  const auto present = tree::probe(state.index(format::Tree::eavt), keys, reader);
  const auto past = tree::probe(state.index(format::Tree::past_eavt), keys, reader);
  if (!reader.ok()) return runs.clear();

  std::vector<Events> events(groups.size());
  append_events(*view.visible(), present, events);
  append_events(*view.visible(), past, events);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Attribute* attribute = view.schema().find(*groups[i].a);
    events[i] = replay(std::move(events[i]), attribute && attribute->many);
  }

  Runs kept;
  for (const Run& run : runs) {
    const Leaf& leaf = *run.from->leaf;
    for (std::uint32_t row = run.begin; row < run.end; ++row) {
      const auto at = std::lower_bound(groups.begin(), groups.end(), group_of(leaf, row));
      const auto& standing = events[static_cast<std::size_t>(at - groups.begin())];
      if (stands(standing, leaf, row)) append_run(kept, {run.from, row, row + 1, run.key});
    }
  }
  runs = std::move(kept);
}

}  // namespace stele::db
