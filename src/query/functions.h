// functions: what can be called in :where, as one table.
//
// A function gets its arguments as items (a kind and a cell) and answers with one; texts it makes
// lie in the arena it is given. Comparisons are marked, so that whole columns can be compared
// without calling anything per row. [4.9]
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "value/cell.h"

namespace stele::query {

using value::Cell;

// One value, borrowed from a column, a constant or an arena.
struct Item {
  Kind kind = Kind::nil;
  Cell cell = 0;
};

// nil and false do not hold; everything else does.
inline bool is_truthy(const Item& item) {
  return item.kind != Kind::nil && (item.kind != Kind::boolean || item.cell != 0);
}

enum class Comparison : std::uint8_t {
  none,         // no comparison
  equal,        // =    every argument is equal to the first
  not_equal,    // not= the contrary
  same_number,  // ==   numbers, whatever their kind
  less,
  greater,
  less_equal,
  greater_equal,  // between neighbours
};

// What a function is called with besides its arguments; on failure, why.
struct CallContext {
  base::Arena& arena;
  std::string_view code = "query/function";
  std::string why;

  bool fail(std::string_view reason) {
    why = reason;
    return false;
  }
};

struct Function {
  // False: it failed, and the context says why. An answer of nil drops the row.
  using Evaluate = bool (*)(std::span<const Item> args, Item& out, CallContext& context);

  std::string_view name;
  std::size_t args_min = 0;
  std::size_t args_max = 0;
  Evaluate evaluate = nullptr;
  Comparison comparison = Comparison::none;
};

inline constexpr std::size_t kArgsUnlimited = SIZE_MAX;

// Null: there is none of that name.
const Function* function_named(std::string_view name);
// Does the language have it, though this version does not?
bool is_future_function(std::string_view name);

// The groups of the table, each in a file of its own.
std::span<const Function> comparison_functions();
std::span<const Function> arithmetic_functions();
std::span<const Function> text_functions();

// Does the comparison hold between two items? Types that cannot be compared: it does not; and no
// comparison but not_equal holds for NaN.
bool holds(Comparison comparison, const Item& a, const Item& b);

// A string in the arena.
Item string_item(std::string_view text, base::Arena& arena);
// Any value in the arena.
Item item_of(const Value& value, base::Arena& arena);

}  // namespace stele::query
