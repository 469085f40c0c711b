#include "format/order.h"

#include <array>

namespace stele::format {
namespace {

using value::compare_cells;

enum class Part : std::uint8_t { e, a, v, tx };
using Parts = std::array<Part, 4>;

// By tree. The log has but one part.
constexpr std::array<Parts, kTreeCount> kParts = {{
    {Part::e, Part::a, Part::v, Part::tx},
    {Part::a, Part::e, Part::v, Part::tx},
    {Part::a, Part::v, Part::e, Part::tx},
    {Part::e, Part::a, Part::v, Part::tx},
    {Part::a, Part::e, Part::v, Part::tx},
    {Part::a, Part::v, Part::e, Part::tx},
    {Part::e, Part::a, Part::v, Part::tx},
}};

constexpr const Parts& parts_of(Tree tree) { return kParts[static_cast<std::size_t>(tree)]; }

int sign(std::uint64_t a, std::uint64_t b) { return (a > b) - (a < b); }

int compare_attributes(const Leaf& a, std::uint32_t a_row, const Leaf& b, std::uint32_t b_row) {
  if (&a == &b) return sign(a.a()[a_row], b.a()[b_row]);
  return compare(a.attribute(a_row), b.attribute(b_row));
}

int compare_part(Part part, const Leaf& leaf, std::uint32_t row, const Key& key) {
  switch (part) {
    case Part::e:
      return sign(leaf.e()[row], key.e);
    case Part::a:
      return compare(leaf.attribute(row), key.a);
    case Part::v:
      return compare_cells(leaf.kind(row), leaf.v()[row], key.kind, key.v);
    case Part::tx:
      return sign(leaf.tx()[row], key.tx);
  }
  return 0;
}

int compare_part(Part part, const Leaf& a, std::uint32_t a_row, const Leaf& b,
                 std::uint32_t b_row) {
  switch (part) {
    case Part::e:
      return sign(a.e()[a_row], b.e()[b_row]);
    case Part::a:
      return compare_attributes(a, a_row, b, b_row);
    case Part::v:
      return compare_cells(a.kind(a_row), a.v()[a_row], b.kind(b_row), b.v()[b_row]);
    case Part::tx:
      return sign(a.tx()[a_row], b.tx()[b_row]);
  }
  return 0;
}

// ---- Searching ----------------------------------------------------------------------------------

struct Rows {
  std::uint32_t begin;
  std::uint32_t end;
};

// The first row of `rows` for which `before` is false; it is true for a prefix of them. Two
// halves are as likely, so the step is computed and not branched upon.
template <typename Before>
std::uint32_t partition(Rows rows, Before before) {
  std::uint32_t begin = rows.begin;
  std::uint32_t size = rows.end - rows.begin;
  // Invariant: `before` holds for all rows before `begin`, and for none from begin + size on.
  while (size > 0) {
    const std::uint32_t half = size / 2;
    const bool right = before(begin + half);
    begin = right ? begin + half + 1 : begin;
    size = right ? size - half - 1 : half;
  }
  return begin;
}

// The same where the answer is expected close to the beginning: steps double first.
template <typename Before>
std::uint32_t partition_near(Rows rows, Before before) {
  std::uint32_t step = 1;
  while (step < rows.end - rows.begin && before(rows.begin + step - 1)) {
    rows.begin += step;
    step *= 2;
  }
  return partition({rows.begin, std::min(rows.end, rows.begin + step)}, before);
}

// What to look for in one part of the rows: those that compare lower, or not higher.
enum class Side { lower, upper, both };

// Narrows rows to those that `order(row)` (sign of row ? key) finds equal. `lower` leaves the end
// alone, `upper` gives the end only.
template <typename Order>
Rows narrow(Rows rows, Side side, Order order) {
  const auto is_less = [&](std::uint32_t row) { return order(row) < 0; };
  const auto is_not_greater = [&](std::uint32_t row) { return order(row) <= 0; };
  if (side == Side::upper) {
    const std::uint32_t end = partition(rows, is_not_greater);
    return {end, end};
  }
  rows.begin = partition(rows, is_less);
  if (side == Side::both) rows.end = partition_near(rows, is_not_greater);
  return rows;
}

template <typename Number>
Rows narrow_numbers(Rows rows, Side side, std::span<const Number> numbers, Number wanted) {
  return narrow(rows, side, [=](std::uint32_t row) {
    return (numbers[row] > wanted) - (numbers[row] < wanted);
  });
}

Rows narrow_attribute(const Leaf& leaf, Rows rows, Side side, const Value& attribute) {
  const std::uint32_t code = leaf.attributes_before(attribute);
  const auto attributes = leaf.attributes();
  const bool found =
      code < attributes.size() && compare(attributes[code].attribute, attribute) == 0;
  if (!found) {
    // All rows with codes below come before it, all others after.
    const std::uint32_t at =
        partition(rows, [&](std::uint32_t row) { return leaf.a()[row] < code; });
    return {at, at};
  }
  return narrow_numbers(rows, side, leaf.a(), static_cast<std::uint16_t>(code));
}

Rows narrow_value(const Leaf& leaf, Rows rows, Side side, Kind kind, Cell v) {
  const auto cells = leaf.v();
  const bool is_number = kind == Kind::int64 || kind == Kind::instant;
  if (rows.begin < rows.end && is_number) {
    const LeafAttribute& attribute = leaf.attributes()[leaf.a()[rows.begin]];
    if (!attribute.mixed && attribute.kind == kind) {
      const std::int64_t wanted = value::int_of(v);
      return narrow(rows, side, [=](std::uint32_t row) {
        const std::int64_t x = value::int_of(cells[row]);
        return (x > wanted) - (x < wanted);
      });
    }
  }
  return narrow(rows, side, [&](std::uint32_t row) {
    return compare_cells(leaf.kind(row), cells[row], kind, v);
  });
}

Rows narrow_part(Part part, const Leaf& leaf, Rows rows, Side side, const Key& key) {
  switch (part) {
    case Part::e:
      return narrow_numbers(rows, side, leaf.e(), key.e);
    case Part::a:
      return narrow_attribute(leaf, rows, side, key.a);
    case Part::v:
      return narrow_value(leaf, rows, side, key.kind, key.v);
    case Part::tx:
      return narrow_numbers(rows, side, leaf.tx(), key.tx);
  }
  return rows;
}

// Narrows part by part: among the rows that agree with the key so far, those that agree in one
// part more are contiguous.
std::uint32_t search(const Leaf& leaf, Rows rows, const Key& key, Side side) {
  if (key.parts == 0) return side == Side::lower ? rows.begin : rows.end;
  const Parts& parts = parts_of(leaf.tree());
  const auto last = static_cast<std::size_t>(key.parts - 1);
  for (std::size_t i = 0; i < last && rows.begin < rows.end; ++i) {
    rows = narrow_part(parts[i], leaf, rows, Side::both, key);
  }
  if (rows.begin == rows.end) return rows.begin;
  return narrow_part(parts[last], leaf, rows, side, key).begin;
}

}  // namespace

int compare(const Leaf& leaf, std::uint32_t row, const Key& key) {
  const Parts& parts = parts_of(leaf.tree());
  for (int i = 0; i < key.parts; ++i) {
    const int order = compare_part(parts[static_cast<std::size_t>(i)], leaf, row, key);
    if (order != 0) return order;
  }
  return 0;
}

int compare(const Leaf& a, std::uint32_t a_row, const Leaf& b, std::uint32_t b_row) {
  if (a.tree() == Tree::log) return sign(a.e()[a_row], b.e()[b_row]);
  for (const Part part : parts_of(a.tree())) {
    const int order = compare_part(part, a, a_row, b, b_row);
    if (order != 0) return order;
  }
  return is_past(a.tree()) ? sign(a.ended()[a_row], b.ended()[b_row]) : 0;
}

std::uint32_t lower_row(const Leaf& leaf, std::uint32_t begin, std::uint32_t end, const Key& key) {
  return search(leaf, {begin, end}, key, Side::lower);
}

std::uint32_t upper_row(const Leaf& leaf, std::uint32_t begin, std::uint32_t end, const Key& key) {
  return search(leaf, {begin, end}, key, Side::upper);
}

Key key_of(const Leaf& leaf, std::uint32_t row) {
  return {.parts = leaf.tree() == Tree::log ? 1 : 4,
          .e = leaf.e()[row],
          .a = leaf.attribute(row),
          .kind = leaf.kind(row),
          .v = leaf.v()[row],
          .tx = leaf.tx()[row]};
}

Key Key::eavt(std::uint64_t e) { return {.parts = 1, .e = e}; }
Key Key::eavt(std::uint64_t e, const Value& a) { return {.parts = 2, .e = e, .a = a}; }
Key Key::eavt(std::uint64_t e, const Value& a, Kind kind, Cell v) {
  return {.parts = 3, .e = e, .a = a, .kind = kind, .v = v};
}
Key Key::aevt(const Value& a) { return {.parts = 1, .a = a}; }
Key Key::aevt(const Value& a, std::uint64_t e) { return {.parts = 2, .e = e, .a = a}; }
Key Key::aevt(const Value& a, std::uint64_t e, Kind kind, Cell v) {
  return {.parts = 3, .e = e, .a = a, .kind = kind, .v = v};
}
Key Key::avet(const Value& a) { return {.parts = 1, .a = a}; }
Key Key::avet(const Value& a, Kind kind, Cell v) {
  return {.parts = 2, .a = a, .kind = kind, .v = v};
}
Key Key::avet(const Value& a, Kind kind, Cell v, std::uint64_t e) {
  return {.parts = 3, .e = e, .a = a, .kind = kind, .v = v};
}

}  // namespace stele::format
