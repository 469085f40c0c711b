#include <gtest/gtest.h>

#include <stele/value.h>

#include "base/testing_random.h"

namespace stele {
namespace {

TEST(Uuid, IsReadInAnyCaseAndWrittenInLowerCase) {
  const auto uuid = parse_uuid("550E8400-e29b-41d4-A716-446655440000");
  ASSERT_TRUE(uuid.ok());
  EXPECT_EQ(uuid->high, 0x550e8400e29b41d4u);
  EXPECT_EQ(uuid->low, 0xa716446655440000u);
  EXPECT_EQ(to_string(*uuid), "550e8400-e29b-41d4-a716-446655440000");
}

TEST(Uuid, GoesThereAndBack) {
  base::TestRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid{random.next(), random.next()};
    EXPECT_EQ(*parse_uuid(to_string(uuid)), uuid);
  }
}

TEST(Uuid, RefusesEveryOtherShape) {
  for (const char* const text :
       {"", "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000",
        "550e8400-e29b-41d4-a716-4466554400000", "550e8400-e29b-41d4-a716-44665544000g",
        "550e840-0e29b-41d4-a716-446655440000", "{550e8400-e29b-41d4-a716-4466554400}",
        "------------------------------------"}) {
    const auto uuid = parse_uuid(text);
    ASSERT_FALSE(uuid.ok()) << text;
    EXPECT_EQ(uuid.error().code(), "edn/uuid");
  }
}

}  // namespace
}  // namespace stele
