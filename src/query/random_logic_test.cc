#include <gtest/gtest.h>

#include "query/random_logic_testing.h"

namespace stele::query {
namespace {

// Sanitizers make it ten times as slow; the slow test asks for more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kWorlds = 12;
#else
constexpr int kWorlds = 100;
#endif

TEST(RandomLogic, AgreesWithTheDefinition) { try_random_logic(1, kWorlds, 210); }

}  // namespace
}  // namespace stele::query
