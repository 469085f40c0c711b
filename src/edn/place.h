// A place in a text, and the error that points at it:
//
//   unreadable EDN at line 3, column 16: a map needs a value for every key; :age has none
//     3 | {:name "x" :age}
//       |                ^
#pragma once

#include <string>
#include <string_view>

#include <stele/error.h>

namespace stele::edn {

struct Place {
  std::size_t line = 1;    // from 1; a line ends with \n
  std::size_t column = 1;  // from 1, in code points
};

// O(offset): lines are counted only when something is wrong.
Place place_of(std::string_view text, std::size_t offset);
// "line 3, column 16"
std::string to_string(Place place);

// An `invalid` error with the line shown, and :line, :column and :offset in its data.
// `code` is written without its colon.
Error unreadable(std::string_view text, std::size_t offset, std::string_view code,
                 std::string_view problem);

// A token as messages quote it: cut when it is long.
std::string shown(std::string_view token);

}  // namespace stele::edn
