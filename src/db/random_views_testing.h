// Every kind of view of one random history, against replaying by definition.
#pragma once

#include <cstdint>

namespace stele::db {

// Fails the test where a view is not the replay of its transactions: as of and since every
// transaction and date, their histories, some nestings, in every order and both directions, and
// the log before and after a fold. [H-3, H-6 … H-11, I-1, I-6, I-7, I-11, J-9, X-100, F-1, F-2]
void check_random_views(std::uint64_t seed);

}  // namespace stele::db
