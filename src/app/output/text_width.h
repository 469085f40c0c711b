// How much room a text takes on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace stele::app {

// Columns: two for East Asian wide characters and emoji, none for marks that combine.
std::size_t text_width(std::string_view utf8);

// The text if it fits into so many columns; otherwise as much of it as fits, and an ellipsis.
std::string fitted(std::string_view utf8, std::size_t columns);

// The text on one line: line breaks, tabs and other control characters as \n, \t, \u001b.
std::string on_one_line(std::string_view utf8);

}  // namespace stele::app
