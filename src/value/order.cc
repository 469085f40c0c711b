#include "value/order.h"

#include <cmath>
#include <cstring>

#include "value/bignum.h"
#include "value/inline_stack.h"

namespace stele {
namespace value {
namespace {

using detail::compare_bytes;
using detail::compare_doubles;
using detail::sign_of;

template <typename T>
int compare_plain(T a, T b) {
  return sign_of(a<b, a> b);
}

std::int64_t load_signed_big_endian(const std::uint8_t* at) {
  std::uint64_t x = 0;
  for (int i = 0; i < 8; ++i) x = x << 8 | at[i];
  return static_cast<std::int64_t>(x);
}

// As two signed halves, the way Java compares them. [D-30.4]
int compare_uuids(const std::uint8_t* a, const std::uint8_t* b) {
  const int order = compare_plain(load_signed_big_endian(a), load_signed_big_endian(b));
  if (order != 0) return order;
  return compare_plain(load_signed_big_endian(a + 8), load_signed_big_endian(b + 8));
}

// One by one in IEEE total order: here -0.0 < 0.0. A proper prefix comes first. [D-30.1]
template <typename F>
int compare_arrays(base::ByteView a, base::ByteView b) {
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t at = 0; at < shared; at += sizeof(F)) {
    const F x = base::load<F>(a.data() + at);
    const F y = base::load<F>(b.data() + at);
    const int order = compare_doubles(x, y);
    if (order != 0) return order;
    if (x == 0 && std::signbit(x) != std::signbit(y)) return std::signbit(x) ? -1 : 1;
  }
  return compare_plain(a.size(), b.size());
}

// Exact: the number is never rounded to a double. [D-35]
int compare_int_double(std::int64_t i, double d) {
  if (d != d || d >= 0x1p63) return -1;
  if (d < -0x1p63) return 1;
  const double whole = std::trunc(d);
  const int order = compare_plain(i, static_cast<std::int64_t>(whole));
  return order != 0 ? order : compare_plain(whole, d);
}

// integer < float < decimal: how 1, 1.0 and 1M lie in sets, and what == keeps apart.
int category(Kind kind) {
  switch (kind) {
    case Kind::int64:
    case Kind::bigint:
      return 0;
    case Kind::float64:
    case Kind::float32:
      return 1;
    default:
      return 2;
  }
}

bool is_float(Kind kind) { return kind == Kind::float64 || kind == Kind::float32; }

int compare_big_item(Item big, Item other) {
  const BigView a = big_of(big.kind, text_of(big.cell));
  if (is_float(other.kind)) return compare(a, double_of(other.cell));
  if (other.kind == Kind::int64) return compare(a, Int64AsBig(int_of(other.cell)).view());
  return compare(a, big_of(other.kind, text_of(other.cell)));
}

int compare_number_values(Item a, Item b) {
  if (is_pointer(a.kind)) return compare_big_item(a, b);
  if (is_pointer(b.kind)) return -compare_big_item(b, a);
  const bool a_is_int = a.kind == Kind::int64;
  const bool b_is_int = b.kind == Kind::int64;
  if (a_is_int && b_is_int) return compare_plain(int_of(a.cell), int_of(b.cell));
  if (a_is_int) return compare_int_double(int_of(a.cell), double_of(b.cell));
  if (b_is_int) return -compare_int_double(int_of(b.cell), double_of(a.cell));
  return compare_doubles(double_of(a.cell), double_of(b.cell));
}

// Two values of one rank that is neither number nor collection.
int compare_same(Kind kind, Cell a, Cell b) {
  switch (kind) {
    case Kind::nil:
      return 0;
    case Kind::boolean:
    case Kind::instant:
    case Kind::character:
      return compare_plain(int_of(a), int_of(b));
    case Kind::uuid:
      return compare_uuids(text_of(a).data(), text_of(b).data());
    case Kind::float_array:
      return compare_arrays<float>(text_of(a), text_of(b));
    case Kind::double_array:
      return compare_arrays<double>(text_of(a), text_of(b));
    default:
      return compare_bytes(text_of(a), text_of(b));
  }
}

// Inside sets, maps and tagged values members must be equal, not merely one in storage: #{1} and
// #{1.0} are two facts. [D-38, X-60]
bool is_strict(Kind kind) { return kind == Kind::set || kind == Kind::map || kind == Kind::tagged; }

// Compares two values of any kind and depth. `Items` walks their collections.
template <typename Items>
class Comparison {
 public:
  Order run(Item a, Item b) {
    Order last = begin(a, b);
    // Invariant: `last` is what came of the member last looked at in the pair on top, and 0 when
    // that pair was only just opened.
    while (!open_.empty()) {
      Pair& pair = open_.top();
      if (last.order != 0) return {last.order, 0};
      if (last.tie != 0 && pair.strict) return {last.tie, 0};
      if (pair.tie == 0) pair.tie = last.tie;
      if (pair.a.next(a)) {
        pair.b.next(b);
        last = begin(a, b);
      } else {
        last = {0, pair.tie};
        open_.pop();
      }
    }
    return last;
  }

 private:
  struct Pair {
    Items a;
    Items b;
    bool strict;
    int tie;
  };

  // Compares what is no collection; opens a pair of collections of one rank and length.
  Order begin(Item a, Item b) {
    if (rank(a.kind) != rank(b.kind)) return {compare_plain(rank(a.kind), rank(b.kind)), 0};
    if (is_number(a.kind)) return compare_numbers(a, b);
    if (!is_collection(a.kind)) return {compare_same(a.kind, a.cell, b.cell), 0};
    if (a.cell == b.cell) return {};
    if (a.kind == Kind::tagged) {
      const int order = compare_bytes(Items::tag(a), Items::tag(b));
      if (order != 0) return {order, 0};
    }
    const Pair pair = {Items(a), Items(b), is_strict(a.kind), 0};
    const int order = compare_plain(pair.a.count(), pair.b.count());
    if (order == 0) open_.push(pair);
    return {order, 0};
  }

  InlineStack<Pair, 6> open_;
};

// The common cases before any walk is set up.
template <typename Items>
Order compare_items(Item a, Item b) {
  if (!is_collection(a.kind) || !is_collection(b.kind)) {
    if (rank(a.kind) != rank(b.kind)) return {compare_plain(rank(a.kind), rank(b.kind)), 0};
    if (is_number(a.kind)) return compare_numbers(a, b);
    return {compare_same(a.kind, a.cell, b.cell), 0};
  }
  return Comparison<Items>().run(a, b);
}

}  // namespace

Order compare_numbers(Item a, Item b) {
  const int order = compare_number_values(a, b);
  return {order, order != 0 ? 0 : compare_plain(category(a.kind), category(b.kind))};
}

int detail::compare_any(Kind a_kind, Cell a, Kind b_kind, Cell b) {
  return compare_items<TextItems>({a_kind, a}, {b_kind, b}).order;
}

bool detail::equal_any(Kind a_kind, Cell a, Kind b_kind, Cell b) {
  return compare_items<TextItems>({a_kind, a}, {b_kind, b}).canonical() == 0;
}

int compare_canonical_cells(Kind a_kind, Cell a, Kind b_kind, Cell b) {
  return compare_items<TextItems>({a_kind, a}, {b_kind, b}).canonical();
}

}  // namespace value

int compare(const Value& a, const Value& b) {
  const value::Item x = value::item_of(a);
  const value::Item y = value::item_of(b);
  if (!value::is_collection(x.kind)) return value::compare_cells(x.kind, x.cell, y.kind, y.cell);
  return value::compare_items<value::BlockItems>(x, y).order;
}

int compare_canonical(const Value& a, const Value& b) {
  return value::compare_items<value::BlockItems>(value::item_of(a), value::item_of(b)).canonical();
}

bool operator==(const Value& a, const Value& b) {
  const value::Item x = value::item_of(a);
  const value::Item y = value::item_of(b);
  if (!value::is_collection(x.kind)) return value::equal_cells(x.kind, x.cell, y.kind, y.cell);
  if (value::rank(x.kind) != value::rank(y.kind)) return false;
  return value::Comparison<value::BlockItems>().run(x, y).canonical() == 0;
}

}  // namespace stele
