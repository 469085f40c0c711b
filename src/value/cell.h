// Cells: values in columns.
//
// A column holds one 64-bit cell per row and, for the whole column, one Kind. What a cell is
// depends on the kind:
//   nil, boolean, int64, instant (ms), character    the number itself
//   float64                                          the bits of the double
//   float32                                          the bits of the float, widened to a double
//   every other kind                                 a pointer to a *text*: a varint length and
//                                                    that many bytes (below)
// A column whose rows differ in kind is *mixed*: it has a kind per row besides.
//
// Texts, by kind (nodes hold the same bytes, so that a decoded leaf points into its node):
//   string        UTF-8
//   keyword       namespace, a NUL, name: so that comparing bytes gives the order of keywords
//   symbol        the same
//   uuid          16 bytes, big-endian
//   bytes         the bytes
//   bigint        a sign (0 negative, 1 zero or positive), then the magnitude, big-endian, minimal
//   bigdec        the scale as a signed varint, then the unscaled number as a bigint
//   float_array   little-endian floats           double_array   little-endian doubles
//                 (every NaN as the one quiet NaN, so that equal arrays have equal bytes)
//   vector list set   for each item its kind (one byte) and its encoding; map: key, value, ...
//                 Sets and maps lie in canonical order, so that equal ones lie alike.
//   tagged        varint length and tag ("ns/name"), then the kind and encoding of the value
// The encoding of an item: zigzag varint for int64 and instant, varint for character, one byte for
// boolean, nothing for nil, 8 bytes for float64, 4 for float32, a text for the rest.
//
// Lifetime: a pointer cell is valid as long as what it points into: a node, an Arena, or a Value.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include <stele/value.h>

#include "base/arena.h"
#include "base/bytes.h"

namespace stele::value {

using Cell = std::uint64_t;

constexpr bool is_pointer(Kind kind) { return kind >= Kind::string; }

inline Cell cell_of(std::int64_t i) { return static_cast<Cell>(i); }
// Every NaN becomes the one NaN, so that what is stored does not depend on where it came from.
inline Cell cell_of(double d) {
  return std::bit_cast<Cell>(d == d ? d : std::numeric_limits<double>::quiet_NaN());
}
inline std::int64_t int_of(Cell cell) { return static_cast<std::int64_t>(cell); }
inline double double_of(Cell cell) { return std::bit_cast<double>(cell); }
inline const std::uint8_t* pointer_of(Cell cell) {
  return reinterpret_cast<const std::uint8_t*>(static_cast<std::uintptr_t>(cell));
}
inline Cell cell_of_pointer(const std::uint8_t* text) {
  return static_cast<Cell>(reinterpret_cast<std::uintptr_t>(text));
}
// The varint that `at` points to, which is moved behind it. For bytes that were checked before.
inline std::uint64_t take_varint(const std::uint8_t*& at) {
  std::uint64_t x = *at++;
  if (x < 0x80) return x;
  x &= 0x7f;
  for (int shift = 7;; shift += 7) {
    const std::uint64_t byte = *at++;
    x |= (byte & 0x7f) << shift;
    if (byte < 0x80) return x;
  }
}
// The bytes of a pointer cell, without their length. O(1).
inline base::ByteView text_of(Cell cell) {
  const std::uint8_t* at = pointer_of(cell);
  const std::uint64_t size = take_varint(at);
  return {at, static_cast<std::size_t>(size)};
}

namespace detail {
int compare_any(Kind a_kind, Cell a, Kind b_kind, Cell b);
bool equal_any(Kind a_kind, Cell a, Kind b_kind, Cell b);

inline int sign_of(bool less, bool greater) { return greater - less; }

inline int compare_bytes(base::ByteView a, base::ByteView b) {
  const std::size_t shared = std::min(a.size(), b.size());
  const int order = shared == 0 ? 0 : std::memcmp(a.data(), b.data(), shared);
  return order != 0 ? order : sign_of(a.size() < b.size(), a.size() > b.size());
}
inline bool equal_bytes(base::ByteView a, base::ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
// -infinity < ... < -0.0 = 0.0 < ... < +infinity < NaN = NaN [D-32, D-33]
inline int compare_doubles(double a, double b) {
  return sign_of(a < b || (a == a && b != b), a > b || (a != a && b == b));
}
// Kinds whose order is that of their bytes.
constexpr bool is_ordered_text(Kind kind) {
  return kind == Kind::string || kind == Kind::keyword || kind == Kind::symbol ||
         kind == Kind::bytes;
}
// Kinds of which equal values have equal texts: all but decimals (1.0M = 1.00M) and collections.
constexpr bool has_one_text(Kind kind) {
  return is_pointer(kind) && kind < Kind::vector && kind != Kind::bigdec;
}
}  // namespace detail

// Storage order and unification of cells; the same relations as on Values, see <stele/value.h>.
// Scalars and texts of one kind are settled here; what is rarer behind a call.
inline int compare_cells(Kind a_kind, Cell a, Kind b_kind, Cell b) {
  if (a_kind == b_kind) {
    if (a == b) return 0;
    if (a_kind == Kind::float64 || a_kind == Kind::float32) {
      return detail::compare_doubles(double_of(a), double_of(b));
    }
    if (!is_pointer(a_kind)) return int_of(a) < int_of(b) ? -1 : 1;
    if (detail::is_ordered_text(a_kind)) return detail::compare_bytes(text_of(a), text_of(b));
  }
  return detail::compare_any(a_kind, a, b_kind, b);
}
inline bool equal_cells(Kind a_kind, Cell a, Kind b_kind, Cell b) {
  if (a_kind == b_kind) {
    if (a == b) return true;
    if (a_kind == Kind::float64 || a_kind == Kind::float32) {
      return detail::compare_doubles(double_of(a), double_of(b)) == 0;
    }
    if (!is_pointer(a_kind)) return false;
    if (detail::has_one_text(a_kind)) return detail::equal_bytes(text_of(a), text_of(b));
  }
  return detail::equal_any(a_kind, a, b_kind, b);
}
// The order inside sets and maps, 0 exactly for equal cells; compare_canonical on Values.
int compare_canonical_cells(Kind a_kind, Cell a, Kind b_kind, Cell b);
// Consistent with equal_cells, and equal to stele::hash of the same value.
std::uint64_t hash_cell(Kind kind, Cell cell);

Value value_of(Kind kind, Cell cell);

// A cell for `value`. Strings, keywords and the like point into the value's own block, which the
// caller keeps alive; collections are written into the arena.
Cell cell_of(const Value& value, base::Arena& arena);
// A copy of a cell that points into the arena and nowhere else.
Cell copy_cell(Kind kind, Cell cell, base::Arena& arena);

// Serialised form of one value: its kind (a byte) and its encoding, as inside collections.
void write_value(const Value& value, base::Bytes& out);
// Reads what write_value wrote, from untrusted bytes: the reader fails on anything malformed
// (unknown kinds, depth beyond kDepthMax, keywords with no name, sets out of order, ...).
Value read_value(base::ByteReader& in);
// Are these bytes, without the length before them, the text of a value of this kind? (Kinds with
// pointer cells only.) Strings may hold any bytes: what a program put in comes back.
bool is_valid_text(Kind kind, base::ByteView text);

// How deep collections nest in `value`: 0 for a scalar, 1 for a vector of scalars. Values deeper
// than kDepthMax can be built, compared and written, but not read back: refuse them at the door.
int depth(const Value& value);

// Collections nest at most this deep, in texts, in EDN and everywhere: recursion stays bounded.
inline constexpr int kDepthMax = 256;

}  // namespace stele::value
