#include "format/branch.h"

#include <algorithm>

#include "base/check.h"
#include "format/order.h"

namespace stele::format {

Branch::Branch(Tree tree, int level, std::vector<Child> children, LeafPtr separators)
    : Node(tree, level), children_(std::move(children)), separators_(std::move(separators)) {
  STELE_CHECK(level_ >= 1 && !children_.empty() && separators_->size() + 1 == children_.size());
  prefix_.reserve(children_.size() + 1);
  prefix_.push_back(0);
  for (const Child& child : children_) prefix_.push_back(prefix_.back() + child.count);
  bytes_ = sizeof(Branch) + children_.capacity() * sizeof(Child) +
           prefix_.capacity() * sizeof(std::uint64_t) + separators_->bytes();
}

// ---- Separators ---------------------------------------------------------------------------------

namespace {

using base::ByteView;
using value::text_of;

bool is_continuation(std::uint8_t byte) { return (byte & 0xc0) == 0x80; }

// How much of `right` tells it apart from `left`, which comes before it. Strings are cut between
// characters only.
std::size_t distinguishing_bytes(Kind kind, ByteView left, ByteView right) {
  std::size_t size = 0;
  while (size < left.size() && left[size] == right[size]) ++size;
  ++size;
  if (kind == Kind::string) {
    while (size < right.size() && is_continuation(right[size])) ++size;
  }
  return size;
}

// A value above `left` and not above `right`.
Cell shorten(Kind kind, Cell left, Cell right, base::Arena& arena) {
  const ByteView text = text_of(right);
  const std::size_t size = distinguishing_bytes(kind, text_of(left), text);
  std::uint8_t* const begin = arena.allocate(base::varint_bytes(size) + size);
  std::copy_n(text.data(), size, base::put_varint(begin, size));
  return value::cell_of_pointer(begin);
}

// The row that is being made: the right row at first, from which parts are taken away.
struct Separator {
  std::uint64_t e = 0;
  Value a;
  Kind kind = Kind::nil;
  Cell v = 0;
  std::uint64_t tx = 0;
  std::uint64_t ended = 0;

  // nil comes before every value, and 0 before every id.
  void drop_e() { e = 0; }
  void drop_a() { a = Value(); }
  void drop_v() {
    kind = Kind::nil;
    v = 0;
  }
};

// Takes away everything behind the first part in which the rows differ.
void drop_what_follows(Separator& s, Tree tree, bool e_differs, bool a_differs, bool v_differs) {
  s.tx = s.ended = 0;
  switch (tree) {
    case Tree::eavt:
    case Tree::past_eavt:
    case Tree::log:
      if (e_differs) s.drop_a();
      if (e_differs || a_differs) s.drop_v();
      return;
    case Tree::aevt:
    case Tree::past_aevt:
      if (a_differs) s.drop_e();
      if (a_differs || e_differs) s.drop_v();
      return;
    case Tree::avet:
    case Tree::past_avet:
      if (a_differs) s.drop_v();
      if (a_differs || v_differs) s.drop_e();
      return;
  }
}

}  // namespace

void add_separator(LeafBuilder& out, const Leaf& left, std::uint32_t left_row, const Leaf& right,
                   std::uint32_t right_row) {
  STELE_CHECK(compare(left, left_row, right, right_row) < 0);
  const Kind left_kind = left.kind(left_row);
  const Cell left_v = left.v()[left_row];
  Separator s = {.e = right.e()[right_row],
                 .a = right.attribute(right_row),
                 .kind = right.kind(right_row),
                 .v = right.v()[right_row],
                 .tx = right.tx()[right_row],
                 .ended = has_ended(right.tree()) ? right.ended()[right_row] : 0};
  const bool e_differs = left.e()[left_row] != s.e;
  const bool a_differs = compare(left.attribute(left_row), s.a) != 0;
  const bool v_differs = value::compare_cells(left_kind, left_v, s.kind, s.v) != 0;
  if (e_differs || a_differs || v_differs) {
    drop_what_follows(s, right.tree(), e_differs, a_differs, v_differs);
  }
  const bool is_cut = (s.kind == Kind::string || s.kind == Kind::bytes) && s.kind == left_kind &&
                      !a_differs && v_differs;
  if (is_cut) {
    s.v = shorten(s.kind, left_v, s.v, out.arena());
  } else {
    s.v = value::copy_cell(s.kind, s.v, out.arena());
  }
  out.add(s.e, s.a, s.kind, s.v, s.tx, s.ended);
}

}  // namespace stele::format
