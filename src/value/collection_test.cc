#include <map>

#include <gtest/gtest.h>

#include <stele/value.h>

#include "base/testing_random.h"
#include "value/testing_values.h"

namespace stele {
namespace {

using base::TestRandom;
using value::bigint;
using value::describe;
using value::random_value;

TEST(Collection, VectorsAndListsKeepTheirItems) {
  const Value v = Value::vector({1, "a", Value()});
  ASSERT_EQ(v.items().size(), 3u);
  EXPECT_EQ(v.items()[1], Value("a"));
  EXPECT_TRUE(v.items()[2].is_nil());
  EXPECT_TRUE(Value::list({}).items().empty());
}

TEST(Collection, SetsAreSortedAndWithoutDuplicates) {
  const Value s = Value::set({3, 1, bigint("3"), 2, 1, 1.0});
  ASSERT_EQ(s.items().size(), 4u);  // 1, 1.0, 2, 3
  for (std::size_t i = 1; i < s.items().size(); ++i) {
    EXPECT_LT(compare_canonical(s.items()[i - 1], s.items()[i]), 0);
  }
  EXPECT_EQ(s.items()[3].kind(), Kind::int64);  // of equal items the first stays
}

TEST(Collection, OfEqualKeysTheLastEntryStays) {
  const Value m = Value::map({{1, "a"}, {2, "b"}, {bigint("1"), "c"}, {1.0, "d"}});
  ASSERT_EQ(m.entries().size(), 3u);
  EXPECT_EQ(*m.find(1), Value("c"));
  EXPECT_EQ(*m.find(bigint("1")), Value("c"));
  EXPECT_EQ(*m.find(1.0), Value("d"));
  EXPECT_EQ(m.find(3), nullptr);
}

TEST(Collection, MapsAndSetsFindWhatASlowSearchFinds) {
  TestRandom random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Value> items;
    std::vector<Value::Entry> entries;
    for (std::uint64_t n = random.below(20); n > 0; --n) {
      items.push_back(random_value(random));
      entries.emplace_back(items.back(), Value(static_cast<std::int64_t>(n)));
    }
    const Value set = Value::set(items);
    const Value map = Value::map(entries);
    EXPECT_EQ(set.items().size(), map.entries().size());
    for (int i = 0; i < 20; ++i) {
      const Value wanted = i % 2 == 0 || items.empty() ? random_value(random) : random.pick(items);
      const Value* expected = nullptr;
      for (const auto& [key, value] : entries) {
        if (key == wanted) expected = &value;
      }
      EXPECT_EQ(set.contains(wanted), expected != nullptr) << describe(wanted);
      const Value* const found = map.find(wanted);
      ASSERT_EQ(found != nullptr, expected != nullptr);
      if (found != nullptr) {
        EXPECT_EQ(*found, *expected);
      }
    }
  }
}

TEST(Collection, KeywordsAreFoundByTheirText) {
  const Value m = Value::map({{Value::keyword("db/id"), 1},
                              {Value::keyword("id"), 2},
                              {Value::keyword("db.x/id"), 3},
                              {Value::symbol("db/id"), 4},
                              {"db/id", 5},
                              {Value(), 6},
                              {7, 7}});
  EXPECT_EQ(*m.find_keyword("db/id"), Value(1));
  EXPECT_EQ(*m.find_keyword("id"), Value(2));
  EXPECT_EQ(*m.find_keyword("db.x/id"), Value(3));
  EXPECT_EQ(m.find_keyword("db/i"), nullptr);
  EXPECT_EQ(m.find_keyword("db"), nullptr);
  EXPECT_EQ(m.find_keyword("zz/id"), nullptr);
  EXPECT_EQ(Value::map({}).find_keyword("a"), nullptr);
}

TEST(Collection, D23_FalseAndNilAreOrdinaryValues) {
  const Value m = Value::map({{false, Value()}, {Value(), false}});
  ASSERT_NE(m.find(false), nullptr);
  EXPECT_TRUE(m.find(false)->is_nil());
  EXPECT_EQ(*m.find(Value()), Value(false));
  EXPECT_TRUE(Value::set({Value()}).contains(Value()));
}

TEST(Collection, TaggedValuesKeepTagAndValue) {
  const Value t = Value::tagged("my/tag", Value::vector({1}));
  EXPECT_EQ(t.name(), "my/tag");
  EXPECT_EQ(t.tagged_value(), Value::vector({1}));
}

TEST(Collection, IsReleasedWithoutRecursion) {
  constexpr int kDepth = 1'000'000;
  std::vector<Value> kept;
  Value value = 1;
  for (int i = 0; i < kDepth; ++i) {
    switch (i % 3) {
      case 0:
        value = Value::tagged("t", std::move(value));
        break;
      case 1:
        value = Value::map({{i, std::move(value)}});
        break;
      default: {
        std::vector<Value> items = {"beside", Value()};
        items[1] = std::move(value);
        value = Value::list(std::move(items));
      }
    }
    if (i == kDepth / 2) kept.push_back(value);
  }
  value = Value();
  EXPECT_FALSE(kept.front().is_nil());  // the inner half lives on, and goes when this does
}

}  // namespace
}  // namespace stele
