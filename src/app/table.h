// Tables for people: a relation as aligned columns.
#pragma once

#include <string>

#include <stele/relation.h>

namespace stele::app {

// Column heads as :find names them, a rule, the rows in ascending order, and how many there are.
// Numbers stand to the right. Text wider than a column's limit is cut with an ellipsis.
std::string table(const Relation& relation);

// The same from heads and cells that are text already.
struct TextTable {
  std::vector<std::string> heads;
  std::vector<bool> right;  // per column: does it stand to the right?
  std::vector<std::vector<std::string>> rows;
};
std::string draw(const TextTable& table);

// How many columns of a terminal a UTF-8 text takes, counting code points.
std::size_t width(std::string_view utf8);

}  // namespace stele::app
