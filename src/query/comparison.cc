// = not= == < > <= >=: which values can be compared, and how.

#include <cmath>

#include "query/functions.h"

namespace stele::query {
namespace {

bool is_number(Kind kind) {
  return kind == Kind::int64 || kind == Kind::float64 || kind == Kind::float32 ||
         kind == Kind::bigint || kind == Kind::bigdec;
}

bool is_nan(const Item& item) {
  return (item.kind == Kind::float64 || item.kind == Kind::float32) &&
         std::isnan(value::double_of(item.cell));
}

bool is_sequence(Kind kind) { return kind == Kind::vector || kind == Kind::list; }

// Is there a natural order between the two? Numbers among each other, else values of one type.
bool is_ordered(const Item& a, const Item& b) {
  if (is_number(a.kind) && is_number(b.kind)) return !is_nan(a) && !is_nan(b);
  if (is_sequence(a.kind) && is_sequence(b.kind)) return true;
  if (a.kind != b.kind) return false;
  return a.kind != Kind::nil && a.kind != Kind::set && a.kind != Kind::map &&
         a.kind != Kind::tagged;
}

bool is_equal(const Item& a, const Item& b) {
  return !is_nan(a) && value::equal_cells(a.kind, a.cell, b.kind, b.cell);
}

bool all_equal(std::span<const Item> args) {
  bool equal = true;
  for (const Item& arg : args.subspan(1)) equal = equal && is_equal(args[0], arg);
  // (= ##NaN) has nothing to compare with, and holds.
  return equal;
}

bool between_neighbours(Comparison comparison, std::span<const Item> args) {
  for (std::size_t i = 1; i < args.size(); ++i) {
    if (!holds(comparison, args[i - 1], args[i])) return false;
  }
  return true;
}

template <Comparison kComparison>
bool compare(std::span<const Item> args, Item& out, CallContext&) {
  bool answer = false;
  if constexpr (kComparison == Comparison::equal) {
    answer = all_equal(args);
  } else if constexpr (kComparison == Comparison::not_equal) {
    answer = !all_equal(args);
  } else {
    answer = between_neighbours(kComparison, args);
  }
  out = {Kind::boolean, answer};
  return true;
}

template <Comparison kComparison>
constexpr Function function(std::string_view name) {
  return {name, 1, kArgsUnlimited, compare<kComparison>, kComparison};
}

constexpr Function kFunctions[] = {
    function<Comparison::equal>("="),       function<Comparison::not_equal>("not="),
    function<Comparison::not_equal>("!="),  function<Comparison::same_number>("=="),
    function<Comparison::less>("<"),        function<Comparison::greater>(">"),
    function<Comparison::less_equal>("<="), function<Comparison::greater_equal>(">="),
};

}  // namespace

std::span<const Function> comparison_functions() { return kFunctions; }

bool holds(Comparison comparison, const Item& a, const Item& b) {
  if (comparison == Comparison::equal) return is_equal(a, b);
  if (comparison == Comparison::not_equal) return !is_equal(a, b);
  if (!is_ordered(a, b)) return false;
  if (comparison == Comparison::same_number && !is_number(a.kind)) return false;
  const int order = value::compare_cells(a.kind, a.cell, b.kind, b.cell);
  switch (comparison) {
    case Comparison::same_number:
      return order == 0;
    case Comparison::less:
      return order < 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::less_equal:
      return order <= 0;
    default:
      return order >= 0;
  }
}

}  // namespace stele::query
