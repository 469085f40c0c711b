#include "tree/edit_order.h"

#include <algorithm>
#include <bit>

#include "format/attribute_codes.h"

namespace stele::tree {
namespace {

using format::Cell;

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

// Monotone: of two doubles the greater one has no smaller key. NaN is greatest, -0.0 is 0.0.
std::uint64_t key_of_double(double d) {
  const auto bits = std::bit_cast<std::uint64_t>(d == 0 ? 0.0 : d);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

std::uint64_t key_of_text(base::ByteView text) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8 | (i < text.size() ? text[i] : 0);
  return key;
}

// Never greater for the smaller of two values of one kind.
std::uint64_t key_of_value(Kind kind, Cell v) {
  switch (kind) {
    case Kind::int64:
    case Kind::instant:
      return v ^ kSign;
    case Kind::float64:
      return key_of_double(value::double_of(v));
    case Kind::string:
    case Kind::keyword:
    case Kind::symbol:
    case Kind::bytes:
      return key_of_text(value::text_of(v));
    default:
      return 0;
  }
}

// What the places need to know about attributes, by code.
struct AttributeFacts {
  std::vector<std::uint32_t> codes;  // by row
  std::vector<std::uint32_t> ranks;
  std::vector<std::uint8_t> mixed;  // its values are of several kinds
};

AttributeFacts attributes_of(std::span<const OverlayRow> rows) {
  format::AttributeCodes codes;
  AttributeFacts facts;
  std::vector<Kind> kinds;
  facts.codes.reserve(rows.size());
  for (const OverlayRow& row : rows) {
    const std::uint32_t code = codes.of(row.change->a);
    facts.codes.push_back(code);
    if (code == kinds.size()) {
      kinds.push_back(row.kind);
      facts.mixed.push_back(0);
    }
    if (kinds[code] != row.kind) facts.mixed[code] = 1;
  }
  facts.ranks = codes.ranks();
  return facts;
}

enum class Order { eav, aev, ave, log };

Order order_in(Tree tree) {
  switch (tree) {
    case Tree::eavt:
    case Tree::past_eavt:
      return Order::eav;
    case Tree::aevt:
    case Tree::past_aevt:
      return Order::aev;
    case Tree::avet:
    case Tree::past_avet:
      return Order::ave;
    case Tree::log:
      return Order::log;
  }
  return Order::log;
}

std::vector<RowPlace> places_of(Tree tree, std::span<const OverlayRow> rows) {
  std::vector<RowPlace> places(rows.size());
  const Order order = order_in(tree);
  const AttributeFacts attributes = order == Order::log ? AttributeFacts() : attributes_of(rows);
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const OverlayRow& row = rows[i];
    if (order == Order::log) {
      places[i] = {row.change->e, 0, i};
      continue;
    }
    const std::uint32_t code = attributes.codes[i];
    const std::uint64_t rank = attributes.ranks[code];
    if (order == Order::eav) places[i] = {row.change->e, rank, i};
    if (order == Order::aev) places[i] = {rank, row.change->e, i};
    if (order == Order::ave) {
      places[i] = {rank, attributes.mixed[code] != 0 ? 0 : key_of_value(row.kind, row.v), i};
    }
  }
  return places;
}

// Stable, by the major number, which is a rank: small. O(rows + ranks).
std::vector<RowPlace> by_rank(std::vector<RowPlace> places) {
  std::vector<std::size_t> next;
  for (const RowPlace& place : places) {
    if (place.major + 2 > next.size()) next.resize(place.major + 2);
    ++next[place.major + 1];
  }
  for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  std::vector<RowPlace> sorted(places.size());
  for (const RowPlace& place : places) sorted[next[place.major]++] = place;
  return sorted;
}

}  // namespace

// The numbers are exact about e and a, and about v where two keys differ.
int compare_at_one_place(Tree tree, const OverlayRow& x, const OverlayRow& y) {
  const auto sign = [](std::uint64_t a, std::uint64_t b) { return (a > b) - (a < b); };
  if (tree == Tree::log) return 0;
  int order = value::compare_cells(x.kind, x.v, y.kind, y.v);
  if (order == 0) order = sign(x.change->e, y.change->e);
  if (order != 0 || !format::is_past(tree)) return order;
  order = sign(x.tx, y.tx);
  return order != 0 ? order : sign(x.ended, y.ended);
}

std::vector<RowPlace> order_of(Tree tree, std::span<const OverlayRow> rows) {
  std::vector<RowPlace> places = places_of(tree, rows);
  const auto is_before = [&](const RowPlace& x, const RowPlace& y) {
    if (x.major != y.major) return x.major < y.major;
    if (x.minor != y.minor) return x.minor < y.minor;
    const int order = compare_at_one_place(tree, rows[x.row], rows[y.row]);
    return order != 0 ? order < 0 : x.row < y.row;
  };
  if (std::is_sorted(places.begin(), places.end(), is_before)) return places;
  const bool is_by_rank = order_in(tree) == Order::aev || order_in(tree) == Order::ave;
  if (is_by_rank) places = by_rank(std::move(places));
  for (auto begin = places.begin(); begin != places.end();) {
    // Whatever is in order is left alone: of a tree by attribute, what is of one attribute.
    const auto end =
        !is_by_rank ? places.end() : std::find_if(begin, places.end(), [&](const RowPlace& place) {
          return place.major != begin->major;
        });
    if (!std::is_sorted(begin, end, is_before)) std::sort(begin, end, is_before);
    begin = end;
  }
  return places;
}

}  // namespace stele::tree
