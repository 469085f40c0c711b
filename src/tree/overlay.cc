#include "tree/overlay.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "tree/edit_order.h"

namespace stele::tree {

namespace {

// Copying a chunk is what an edit costs; more chunks are what every new overlay copies pointers to.
constexpr std::size_t kChunkRowsMax = 64;
constexpr std::size_t kChunkRowsMin = 16;
// What waits to become chunks; so much stays in the processor's cache.
constexpr std::size_t kRowsPendingMax = 16 * kChunkRowsMax;
// A sum is kept for so many rows, so that a cut adds up fewer than that.
constexpr std::size_t kRowsSummed = 16;

}  // namespace

// A run of entries, with running sums.
struct Overlay::Chunk {
  std::vector<OverlayRow> rows;
  std::array<Sum, kChunkRowsMax / kRowsSummed> before;  // of the rows before each kRowsSummed-th
  Sum all;

  explicit Chunk(std::span<const OverlayRow> given) : rows(given.begin(), given.end()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i % kRowsSummed == 0) before[i / kRowsSummed] = all;
      all.add(rows[i]);
    }
  }
  Sum sum_before(std::size_t row) const {
    Sum sum = before[row / kRowsSummed];
    for (std::size_t i = row - row % kRowsSummed; i < row; ++i) sum.add(rows[i]);
    return sum;
  }
};

// Transaction records and the cells made from them, latest first.
struct Overlay::Owner {
  Owner() = default;
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  // A long tail makes a long list; freeing it link by link would be as many calls deep.
  ~Owner() {
    while (previous && previous.use_count() == 1) {
      previous = std::move(const_cast<Owner&>(*previous).previous);
    }
  }

  std::shared_ptr<const void> changes;
  base::Arena arena;
  std::shared_ptr<const Owner> previous;
};

namespace {

using format::Cell;

int compare_numbers(std::uint64_t a, std::uint64_t b) { return (a > b) - (a < b); }

// What entries and keys are compared by; the value of the attribute is borrowed.
struct Parts {
  std::uint64_t e;
  const Value& a;
  Kind kind;
  Cell v;
  std::uint64_t tx;
};
Parts parts_of(const OverlayRow& row) {
  return {row.change->e, row.change->a, row.kind, row.v, row.tx};
}
Parts parts_of(const Key& key) { return {key.e, key.a, key.kind, key.v, key.tx}; }
Parts parts_of(const Leaf& leaf, std::uint32_t row) {
  return {leaf.e()[row], leaf.attribute(row), leaf.kind(row), leaf.v()[row], leaf.tx()[row]};
}

int compare_e(const Parts& x, const Parts& y) { return compare_numbers(x.e, y.e); }
int compare_a(const Parts& x, const Parts& y) { return stele::compare(x.a, y.a); }
int compare_v(const Parts& x, const Parts& y) {
  return value::compare_cells(x.kind, x.v, y.kind, y.v);
}

// Sign over the first `parts` components in the order of the tree.
template <auto first, auto second, auto third>
int compare_parts(const Parts& x, const Parts& y, int parts) {
  int order = parts > 0 ? first(x, y) : 0;
  if (order == 0 && parts > 1) order = second(x, y);
  if (order == 0 && parts > 2) order = third(x, y);
  if (order == 0 && parts > 3) order = compare_numbers(x.tx, y.tx);
  return order;
}

int compare_parts(Tree tree, const Parts& x, const Parts& y, int parts) {
  switch (tree) {
    case Tree::eavt:
    case Tree::past_eavt:
      return compare_parts<compare_e, compare_a, compare_v>(x, y, parts);
    case Tree::aevt:
    case Tree::past_aevt:
      return compare_parts<compare_a, compare_e, compare_v>(x, y, parts);
    case Tree::avet:
    case Tree::past_avet:
      return compare_parts<compare_a, compare_v, compare_e>(x, y, parts);
    case Tree::log:
      return parts > 0 ? compare_e(x, y) : 0;
  }
  return 0;
}

// For an edit that has no digest of its own: what it says, in 64 well mixed bits.
std::uint64_t digest_of_content(const OverlayRow& row) {
  const std::uint64_t v = value::is_pointer(row.kind) ? base::xxh3(value::text_of(row.v)) : row.v;
  const std::uint64_t fact = base::mix(base::mix(row.change->e, stele::hash(row.change->a)), v);
  return base::mix(fact, base::mix(base::mix(row.tx, row.ended), static_cast<int>(row.kind)));
}

// What the entry does: equal only for entries that give equal rows.
std::uint64_t digest_of(const OverlayRow& row, std::uint64_t edit_digest) {
  const auto flags =
      static_cast<std::uint64_t>(row.adds) << 1 | static_cast<std::uint64_t>(row.removes);
  return base::mix(edit_digest != 0 ? edit_digest : digest_of_content(row), flags);
}

}  // namespace

void Overlay::Sum::add(const Sum& sum) {
  rows += sum.rows;
  net += sum.net;
  digest += sum.digest;
}

void Overlay::Sum::add(const OverlayRow& row) {
  ++rows;
  net += static_cast<int>(row.adds) - static_cast<int>(row.removes);
  digest += row.digest;
}

int compare(Tree tree, const OverlayRow& row, const Key& key) {
  return compare_parts(tree, parts_of(row), parts_of(key), key.parts);
}

int compare(Tree tree, const OverlayRow& a, const OverlayRow& b) {
  const int order = compare_parts(tree, parts_of(a), parts_of(b), key_parts(tree));
  return order == 0 && is_past(tree) ? compare_numbers(a.ended, b.ended) : order;
}

int compare(const OverlayRow& row, const Leaf& leaf, std::uint32_t leaf_row) {
  const Tree tree = leaf.tree();
  const int order = compare_parts(tree, parts_of(row), parts_of(leaf, leaf_row), key_parts(tree));
  return order == 0 && is_past(tree) ? compare_numbers(row.ended, leaf.ended()[leaf_row]) : order;
}

std::uint32_t row_of(const OverlayRow& entry, const Leaf& leaf, std::uint32_t begin,
                     std::uint32_t end) {
  // All rows in [begin, low) come before the entry, none from `high` on does.
  std::uint32_t low = begin;
  std::uint32_t step = 1;
  while (step <= end - low && compare(entry, leaf, low + step - 1) > 0) {
    low += step;
    step *= 2;
  }
  std::uint32_t high = std::min(end, low + step - 1);
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (compare(entry, leaf, middle) > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

OverlayPtr Overlay::empty(Tree tree) { return OverlayPtr(new Overlay(tree)); }

std::span<const OverlayRow> Overlay::chunk(std::uint32_t i) const { return chunks_[i]->rows; }

std::shared_ptr<const void> Overlay::changes() const { return owners_; }

// The first entry in [from, to] that is not `before`; true for the first entries and no others.
template <typename Before>
Overlay::Cut Overlay::cut(Cut from, Cut to, Before before) const {
  if (from == to) return from;
  // It lies in the last chunk whose first entry is before it, or where that chunk ends.
  std::uint32_t low = from.chunk;
  std::uint32_t high = to.row > 0 ? to.chunk + 1 : to.chunk;
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (before(chunks_[middle]->rows.front()) ? low : high) = middle;
  }
  const auto& rows = chunks_[low]->rows;
  const auto begin = rows.begin() + (low == from.chunk ? from.row : 0);
  const auto end = low == to.chunk ? rows.begin() + to.row : rows.end();
  const auto at = std::partition_point(begin, end, before);
  if (at == rows.end()) return {low + 1, 0};
  return {low, static_cast<std::uint32_t>(at - rows.begin())};
}

Overlay::Cut Overlay::cut_before(const Key& key) const {
  return cut(begin(), end(), [&](const OverlayRow& row) { return compare(tree_, row, key) < 0; });
}

Overlay::Cut Overlay::cut_after(const Key& key) const {
  return cut(begin(), end(), [&](const OverlayRow& row) { return compare(tree_, row, key) <= 0; });
}

Overlay::Cut Overlay::cut_before(const Leaf& leaf, std::uint32_t leaf_row, Cut from, Cut to) const {
  return cut(from, to, [&](const OverlayRow& row) { return compare(row, leaf, leaf_row) < 0; });
}

Overlay::Sum Overlay::sum_before(Cut cut) const {
  if (cut.chunk == chunk_count()) return all_;
  Sum sum = before_[cut.chunk];
  sum.add(chunks_[cut.chunk]->sum_before(cut.row));
  return sum;
}

Overlay::Slice Overlay::slice(Cut from, Cut to) const {
  Slice slice;
  if (from >= to) return slice;
  const Sum before = sum_before(from);
  const Sum after = sum_before(to);
  slice.size = after.rows - before.rows;
  slice.net = after.net - before.net;
  slice.digest = after.digest - before.digest;
  if (slice.digest == 0) slice.digest = 1;
  for (std::uint32_t i = from.chunk; i <= to.chunk && i < chunk_count(); ++i) {
    const auto rows = chunk(i);
    const std::size_t begin = i == from.chunk ? from.row : 0;
    const std::size_t end = i == to.chunk ? to.row : rows.size();
    if (begin < end) slice.spans.push_back(rows.subspan(begin, end - begin));
  }
  return slice;
}

Overlay::Slice Overlay::slice(const Key* lower, const Key* upper, bool upper_inclusive) const {
  const Cut from = lower ? cut_before(*lower) : begin();
  const Cut to = !upper ? end() : upper_inclusive ? cut_after(*upper) : cut_before(*upper);
  return slice(from, to);
}

// Makes the overlay that follows another. What an edit does to the entry of its fact ("-": there is
// none), where `tree` is what the tree below holds and `now` what a reader sees:
//
//   entry            tree  now    add                      remove
//   -                no    no     adds                     (nothing to remove; see below)
//   -                yes   yes    (is there already)       removes
//   adds             no    yes    (is there already)       -
//   removes          yes   no     removes, adds            (nothing to remove)
//   removes, adds    yes   yes    (is there already)       removes
//
// The cases in parentheses do not come up: transactions say only what changes something. Should a
// record say it all the same, a second add replaces the row and a second remove does nothing. The
// overlay cannot tell the two "-" apart, so that one rule stands for both: add gives `adds`, remove
// gives `removes`.
//
// Within one transaction that makes: assert, retract = nothing at all; retract, assert = removes,
// adds, the row with its new transaction.
class OverlayEditor {
 public:
  OverlayEditor(const Overlay& before, std::shared_ptr<const void> changes)
      : before_(before), owner_(std::make_shared<Overlay::Owner>()) {
    owner_->changes = std::move(changes);
    owner_->previous = before.owners_;
  }

  OverlayPtr apply(std::vector<OverlayEdit> edits) {
    sort(std::move(edits));
    out_.reserve(before_.chunks_.size() + 1);
    const std::uint32_t chunks = before_.chunk_count();
    std::uint32_t chunk = 0;
    for (std::size_t next = 0; next < places_.size() && chunks > 0;) {
      const std::uint32_t touched = chunk_of(row_at(next), chunk);
      keep(chunk, touched);
      chunk = touched + 1;
      const std::size_t end =
          chunk == chunks ? places_.size() : edits_before(before_.chunk(chunk).front(), next);
      rewrite(before_.chunk(touched), next, end);
      next = end;
    }
    if (chunks == 0) rewrite({}, 0, places_.size());
    keep(chunk, chunks);
    return finish();
  }

 private:
  // Rows as the edits would have them, and the order in which they fall on the tree.
  void sort(std::vector<OverlayEdit> edits) {
    edits_ = std::move(edits);
    rows_.reserve(edits_.size());
    for (const OverlayEdit& edit : edits_) {
      OverlayRow& row = rows_.emplace_back();
      row.change = edit.change;
      row.kind = edit.change->v.kind();
      row.v = value::cell_of(edit.change->v, owner_->arena);
      row.tx = edit.tx;
      row.ended = edit.ended;
    }
    places_ = order_of(before_.tree(), rows_);
  }

  const OverlayRow& row_at(std::size_t place) const { return rows_[places_[place].row]; }

  // The first edit at or after `from` that does not come before the entry.
  std::size_t edits_before(const OverlayRow& row, std::size_t from) const {
    const auto found = std::partition_point(
        places_.begin() + static_cast<std::ptrdiff_t>(from), places_.end(),
        [&](const RowPlace& place) { return compare(before_.tree(), rows_[place.row], row) < 0; });
    return static_cast<std::size_t>(found - places_.begin());
  }

  // The chunk from `from` on that the edit falls in: the last one that does not begin after it.
  std::uint32_t chunk_of(const OverlayRow& edit, std::uint32_t from) const {
    const auto& chunks = before_.chunks_;
    const auto later = std::partition_point(
        chunks.begin() + from + 1, chunks.end(),
        [&](const auto& chunk) { return compare(before_.tree(), chunk->rows.front(), edit) <= 0; });
    return static_cast<std::uint32_t>(later - chunks.begin()) - 1;
  }

  // Chunks [begin, end) as they are.
  void keep(std::uint32_t begin, std::uint32_t end) {
    if (begin == end) return;
    flush();
    out_.insert(out_.end(), before_.chunks_.begin() + begin, before_.chunks_.begin() + end);
  }

  // Entries and edits, both ascending, into new entries. A small remainder waits for what the next
  // chunk gives, so that removals do not leave crumbs.
  void rewrite(std::span<const OverlayRow> rows, std::size_t begin, std::size_t end) {
    if (pending_.size() >= kChunkRowsMin) flush();
    std::size_t at = 0;
    while (begin < end) {
      const OverlayRow& first = row_at(begin);
      const std::size_t position = row_not_before(rows, at, first);
      pending_.insert(pending_.end(), rows.begin() + static_cast<std::ptrdiff_t>(at),
                      rows.begin() + static_cast<std::ptrdiff_t>(position));
      at = position;
      OverlayRow entry;
      if (at < rows.size() && compare(before_.tree(), rows[at], first) == 0) entry = rows[at++];
      begin = apply_to(entry, begin, end);
      if (entry.adds || entry.removes) pending_.push_back(entry);
      if (pending_.size() >= kRowsPendingMax) flush();
    }
    pending_.insert(pending_.end(), rows.begin() + static_cast<std::ptrdiff_t>(at), rows.end());
  }

  // The first of the rows from `at` on that does not come before the edit. Many edits fall between
  // two rows, so the nearest one is looked at first.
  std::size_t row_not_before(std::span<const OverlayRow> rows, std::size_t at,
                             const OverlayRow& edit) const {
    const auto is_before = [&](const OverlayRow& row) {
      return compare(before_.tree(), row, edit) < 0;
    };
    if (at == rows.size() || !is_before(rows[at])) return at;
    const auto from = rows.begin() + static_cast<std::ptrdiff_t>(at + 1);
    return static_cast<std::size_t>(std::partition_point(from, rows.end(), is_before) -
                                    rows.begin());
  }

  // All edits of one fact, in their order. Answers where the next fact's edits begin.
  std::size_t apply_to(OverlayRow& entry, std::size_t begin, std::size_t end) {
    const std::size_t first = begin;
    do {
      apply_one(entry, places_[begin++].row);
    } while (begin < end && is_same_fact(before_.tree(), rows_, places_[first], places_[begin]));
    return begin;
  }

  void apply_one(OverlayRow& entry, std::uint32_t at) {
    const OverlayEdit& edit = edits_[at];
    const bool removes_below = entry.removes;
    const bool only_ours = entry.adds && !entry.removes;
    entry = rows_[at];
    entry.adds = edit.what == OverlayEdit::What::add;
    entry.removes = entry.adds ? removes_below : !only_ours;
    entry.digest = digest_of(entry, edit.digest);
  }

  // What is pending as chunks of even size.
  void flush() {
    const std::size_t pieces = (pending_.size() + kChunkRowsMax - 1) / kChunkRowsMax;
    for (std::size_t i = 0; i < pieces; ++i) {
      const std::size_t begin = pending_.size() * i / pieces;
      const std::size_t end = pending_.size() * (i + 1) / pieces;
      const std::span<const OverlayRow> rows(pending_.data() + begin, end - begin);
      out_.push_back(std::make_shared<Overlay::Chunk>(rows));
    }
    pending_.clear();
  }

  OverlayPtr finish() {
    flush();
    auto after = std::shared_ptr<Overlay>(new Overlay(before_.tree()));
    after->owners_ = std::move(owner_);
    after->before_.reserve(out_.size());
    Overlay::Sum sum;
    for (const auto& chunk : out_) {
      after->before_.push_back(sum);
      sum.add(chunk->all);
    }
    after->all_ = sum;
    after->chunks_ = std::move(out_);
    return after;
  }

  const Overlay& before_;
  std::shared_ptr<Overlay::Owner> owner_;
  std::vector<OverlayEdit> edits_;
  std::vector<OverlayRow> rows_;  // by edit
  std::vector<RowPlace> places_;  // in the order of the tree
  std::vector<OverlayRow> pending_;
  std::vector<std::shared_ptr<const Overlay::Chunk>> out_;
};

OverlayPtr Overlay::apply(std::vector<OverlayEdit> edits, std::shared_ptr<const void> owner) const {
  return OverlayEditor(*this, std::move(owner)).apply(std::move(edits));
}

LeafPtr merge_overlay(Tree tree, const LeafPtr& leaf, std::uint32_t begin, std::uint32_t end,
                      const Overlay::Slice& slice, const Overlay& owner) {
  const std::int64_t rows = static_cast<std::int64_t>(end - begin) + slice.net;
  format::LeafBuilder out(tree, static_cast<std::size_t>(std::max<std::int64_t>(rows, 0)));
  if (leaf) out.own(leaf);
  out.own(owner.changes());
  std::uint32_t at = begin;
  for (const auto& span : slice.spans) {
    for (const OverlayRow& entry : span) {
      if (at < end) {
        const std::uint32_t place = row_of(entry, *leaf, at, end);
        out.add_rows(*leaf, at, place);
        at = place;
        // The fact's own row gives way, whether it is removed or has a successor.
        if (at < end && compare(entry, *leaf, at) == 0) ++at;
      }
      if (entry.adds) {
        out.add(entry.change->e, entry.change->a, entry.kind, entry.v, entry.tx, entry.ended);
      }
    }
  }
  if (at < end) out.add_rows(*leaf, at, end);
  return out.finish();
}

LeafPtr merge_overlay(Tree tree, const LeafPtr& leaf, const Overlay::Slice& slice,
                      const Overlay& owner) {
  return merge_overlay(tree, leaf, 0, leaf ? leaf->size() : 0, slice, owner);
}

}  // namespace stele::tree
