// Random queries with negations and disjunctions inside each other, over two databases or moments
// of one, and a collection. The engine must say what the naive evaluator says, whichever way it
// evaluates what is inside, and again with clauses in other orders and variables under other names.
#pragma once

#include <cstdint>

namespace stele::query {

// So many worlds of data, each asked so many queries.
void try_random_logic(std::uint64_t first_world, std::uint64_t worlds, std::uint64_t queries);

}  // namespace stele::query
