// Rows of a history, picked out of the trees of the present and of the past.
//
// A row of the present is one event: the fact's assertion. A row of the past is two: its assertion,
// and what ended it.
//
//   past (1 :age 30, t1, ended t2)   present (1 :age 31, t2)
//   → [1 :age 30 t1 true] [1 :age 30 t2 false] [1 :age 31 t2 true]
// Rows of one fact follow each other in time, and so do their events, but where one transaction
// touches a fact more than once: a retraction then comes before an assertion, and each event is
// there once, though several rows may tell of it.
#pragma once

#include "db/view_rows.h"

namespace stele::db {

// Picks part after part of one scan, or key after key of one probe.
class EventPicker {
 public:
  // The view outlives the picker.
  EventPicker(const View& view, const EventsWanted& events) : view_(view), events_(events) {}

  // Appends the events of both slices in order. What comes after all that was picked before, and
  // repeats the last of it, is left out.
  void pick(const Slice& present, const Slice& past, std::uint32_t key, Runs& runs);
  // The same for slices that come before all that was picked.
  void pick_before(const Slice& present, const Slice& past, Runs& runs);

  const EventsWanted& events() const { return events_; }
  // All that a picker remembers: the last event that it picked, going down the first.
  struct Edge {
    LeafPtr leaf;  // null: none
    std::uint32_t row = 0;
    TxId tx = 0;
    bool added = true;
  };
  Edge edge() const { return {leaf_of_edge_, edge_.row, edge_.tx, edge_.added}; }
  void go_on_from(const Edge& edge);

 private:
  struct Event {
    const format::Leaf* leaf = nullptr;  // null: none
    std::uint32_t row = 0;
    TxId tx = 0;
    bool added = true;
  };
  static Event event_at(const Slice& slice, std::uint32_t row, bool ends);
  void pick_all(const Slice& present, const Slice& past, std::uint32_t key, Runs& runs);
  void keep_edge(const Slice& present, const Slice& past);
  bool are_one(const Event& x, const Event& y) const;
  void append_present(Run rows, Runs& runs);
  void append_past(const Slice& past, std::uint32_t row, std::uint32_t key, Runs& runs);
  bool append_all_ends(const Slice& past, std::uint32_t key, Runs& runs);
  void append_event(const Run& run, Runs& runs);

  const View& view_;
  const EventsWanted events_;
  Event edge_;            // the last that was picked, going down the first
  LeafPtr leaf_of_edge_;  // keeps it alive between parts
};

}  // namespace stele::db
