#include "db/history_rows.h"

#include <utility>

#include "format/order.h"

namespace stele::db {

using format::Leaf;

namespace {

bool are_same_fact(const Leaf& x, std::uint32_t x_row, const Leaf& y, std::uint32_t y_row) {
  if (&x == &y && x_row == y_row) return true;
  return x.e()[x_row] == y.e()[y_row] && x.attribute(x_row) == y.attribute(y_row) &&
         value::compare_cells(x.kind(x_row), x.v()[x_row], y.kind(y_row), y.v()[y_row]) == 0;
}

}  // namespace

EventPicker::Event EventPicker::event_at(const Slice& slice, std::uint32_t row, bool ends) {
  const Leaf& leaf = *slice.leaf;
  return {&leaf, row, ends ? leaf.ended()[row] : leaf.tx()[row], !ends};
}

bool EventPicker::are_one(const Event& x, const Event& y) const {
  if (!x.leaf || !y.leaf) return false;
  if (events_.distinct != EventsWanted::Distinct::by_fact && x.tx != y.tx) return false;
  if (events_.distinct == EventsWanted::Distinct::by_all && x.added != y.added) return false;
  return are_same_fact(*x.leaf, x.row, *y.leaf, y.row);
}

void EventPicker::append_event(const Run& run, Runs& runs) {
  Event event = event_at(*run.from, run.begin, run.ends);
  if (!view_.sees(event.tx) || are_one(edge_, event)) return;
  edge_ = std::move(event);
  append_run(runs, run);
}

// No two rows of the present tell of one fact, so that only the first can repeat what came before.
void EventPicker::append_present(Run rows, Runs& runs) {
  if (!events_.asserted || rows.size() == 0) return;
  Run first = rows;
  first.end = ++rows.begin;
  append_event(first, runs);
  if (rows.size() == 0) return;
  if (view_.visible()) {
    append_visible(*view_.visible(), rows, runs);
  } else {
    append_run(runs, rows);
  }
  const bool grew = !runs.empty() && runs.back().from == rows.from && runs.back().end > rows.begin;
  if (grew) edge_ = event_at(*rows.from, runs.back().end - 1, false);
}

void EventPicker::append_past(const Slice& past, std::uint32_t row, std::uint32_t key, Runs& runs) {
  const Run began{&past, row, row + 1, key, false}, ended{&past, row, row + 1, key, true};
  const bool in_one = past.leaf->tx()[row] == past.leaf->ended()[row];
  if (events_.retracted && in_one) append_event(ended, runs);
  if (events_.asserted) append_event(began, runs);
  if (events_.retracted && !in_one) append_event(ended, runs);
}

// All ends of the slice as one run, if it is plain that each is an event of its own: two rows with
// the same end are of one fact only where one of them began in that transaction, too.
bool EventPicker::append_all_ends(const Slice& past, std::uint32_t key, Runs& runs) {
  if (events_.asserted || !events_.retracted || view_.visible()) return false;
  if (past.size() == 0 || events_.distinct == EventsWanted::Distinct::by_fact) return false;
  const auto tx = past.leaf->tx(), ended = past.leaf->ended();
  for (std::uint32_t row = past.begin; row < past.end; ++row) {
    if (tx[row] == ended[row]) return false;
  }
  append_event({&past, past.begin, past.begin + 1, key, true}, runs);
  if (past.size() > 1) append_run(runs, {&past, past.begin + 1, past.end, key, true});
  edge_ = event_at(past, past.end - 1, true);
  return true;
}

void EventPicker::pick_all(const Slice& present, const Slice& past, std::uint32_t key, Runs& runs) {
  if (present.size() == 0 && append_all_ends(past, key, runs)) return;
  std::uint32_t at = present.begin;
  for (std::uint32_t row = past.begin; row < past.end; ++row) {
    if (!view_.sees(past.leaf->tx()[row]) && !view_.sees(past.leaf->ended()[row])) continue;
    if (at < present.end) {
      const std::uint32_t before = not_before(*present.leaf, at, present.end, *past.leaf, row);
      append_present({&present, at, before, key}, runs);
      at = before;
    }
    append_past(past, row, key, runs);
  }
  if (at < present.end) append_present({&present, at, present.end, key}, runs);
}

void EventPicker::keep_edge(const Slice& present, const Slice& past) {
  if (edge_.leaf == leaf_of_edge_.get()) return;
  leaf_of_edge_ = edge_.leaf == present.leaf.get() ? present.leaf : past.leaf;
}

void EventPicker::go_on_from(const Edge& edge) {
  leaf_of_edge_ = edge.leaf;
  edge_ = {edge.leaf.get(), edge.row, edge.tx, edge.added};
}

void EventPicker::pick(const Slice& present, const Slice& past, std::uint32_t key, Runs& runs) {
  pick_all(present, past, key, runs);
  keep_edge(present, past);
}

void EventPicker::pick_before(const Slice& present, const Slice& past, Runs& runs) {
  const Event later = std::exchange(edge_, {});
  pick_all(present, past, 0, runs);
  if (!runs.empty() && are_one(edge_, later)) {
    if (--runs.back().end == runs.back().begin) runs.pop_back();
  }
  edge_ = later;
  if (!runs.empty()) {
    const Run& first = runs.front();
    edge_ = event_at(*first.from, first.begin, first.ends);
  }
  keep_edge(present, past);
}

}  // namespace stele::db
