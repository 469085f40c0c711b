#include <gtest/gtest.h>

#include "query/random_logic_testing.h"

namespace stele::query {
namespace {

TEST(RandomLogicSlow, AgreesWithTheDefinition) { try_random_logic(1001, 400, 300); }

}  // namespace
}  // namespace stele::query
