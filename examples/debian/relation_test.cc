#include "relation.h"

#include <gtest/gtest.h>

namespace debian {
namespace {

TEST(relation, a_name_alone) {
  const auto read = read_relation("libgrand").value();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].package, "libgrand");
  EXPECT_EQ(read[0].comparison, "");
}

TEST(relation, every_part_of_an_alternative) {
  const auto read = read_relation("snake:any (>= 3.9~)").value();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].package, "snake");
  EXPECT_EQ(read[0].qualifier, "any");
  EXPECT_EQ(read[0].comparison, ">=");
  EXPECT_EQ(read[0].version, "3.9~");
}

TEST(relation, alternatives_keep_their_order) {
  const auto read = read_relation("post (<< 2) | letter-agent|pigeon ( = 1:4-2 )").value();
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[1].package, "letter-agent");
  EXPECT_EQ(read[2].version, "1:4-2");
  EXPECT_EQ(text_of(read), "post (<< 2) | letter-agent | pigeon (= 1:4-2)");
}

TEST(relation, architectures_and_profiles_are_passed_over) {
  EXPECT_EQ(text_of(read_relation("tool [linux-any]").value()), "tool");
  EXPECT_EQ(text_of(read_relation("tool (>= 1) [amd64] <!nodoc>").value()), "tool (>= 1)");
}

TEST(relation, what_is_none_is_refused) {
  for (const char* text : {"", " | ", "(>= 1)", "tool (1)", "tool (>= )", "tool (>= 1"}) {
    const auto read = read_relation(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code(), "relation/syntax");
  }
}

}  // namespace
}  // namespace debian
