// Rows of a view in time, picked out of the trees of the present and of the past.
//
// A fact is true in the view if its assertion is visible and its end is not: then its row lies in
// the tree of the present, or in that of the past with an end that the view does not see. Rows are
// picked as runs, which cost nothing where whole stretches of the present are as they were.
#pragma once

#include "db/runs.h"

namespace stele::db {

// Rows of the present and of the past that lie together in the order.
struct Parts {
  Slice present;
  Slice past;
};
// Takes off as many rows as can be merged without knowing what comes next: all of the slice that
// ends first (descending: begins last), and what the other has up to there.
Parts cut(Slice& present, Slice& past, Scan::Direction direction);

// The first row of the present in [begin, end) that does not come before a row of the past.
// O(log distance from begin).
std::uint32_t not_before(const format::Leaf& present, std::uint32_t begin, std::uint32_t end,
                         const format::Leaf& past, std::uint32_t past_row);

// The runs of those rows that fit: `fits(row)`.
template <typename Fits>
void append_fitting(Run rows, const Fits& fits, Runs& runs) {
  while (rows.begin < rows.end) {
    while (rows.begin < rows.end && !fits(rows.begin)) ++rows.begin;
    Run run = rows;
    for (run.end = run.begin; run.end < rows.end && fits(run.end);) ++run.end;
    if (run.size() > 0) append_run(runs, run);
    rows.begin = run.end;
  }
}
// The visible ones among rows of the present.
void append_visible(const View::Visible& visible, const Run& rows, Runs& runs);

// Are all of these rows of the present visible? False wherever what is visible has gaps.
bool are_all_visible(const View::Visible& visible, const Slice& present);

// Appends the rows of both that are true in the view, in the order of their trees. If what the view
// sees has gaps they are only candidates: see keep_replayed.
void pick_rows(const View::Visible& visible, const Slice& present, const Slice& past,
               std::uint32_t key, Runs& runs);

// Where instants were backdated, what a view sees has gaps, and the candidates can
// contradict each other: two values of a cardinality-one attribute, a fact twice, a fact whose
// visible retraction ended an invisible assertion of it. This leaves the rows that replaying the
// visible transactions, in order of their ids, would leave. Reads the entities' rows: such views
// are rare, and are right before they are fast.
void keep_replayed(const View& view, Runs& runs, Reader& reader);

}  // namespace stele::db
