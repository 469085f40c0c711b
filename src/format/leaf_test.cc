#include "format/leaf.h"

#include <gtest/gtest.h>

#include <stele/datom.h>

#include "base/text.h"
#include "format/leaf_codec.h"
#include "format/order.h"
#include "format/testing_leaves.h"

namespace stele::format {
namespace {

using base::Bytes;

constexpr Tree kTrees[] = {Tree::eavt,      Tree::aevt,      Tree::avet, Tree::past_eavt,
                           Tree::past_aevt, Tree::past_avet, Tree::log};

LeafPtr decode(const Bytes& bytes) {
  const auto owner = std::make_shared<const Bytes>(bytes);
  auto leaf = decode_leaf(*owner, owner);
  EXPECT_TRUE(leaf.ok()) << leaf.error().message();
  return leaf.ok() ? *leaf : nullptr;
}

void expect_round_trip(Tree tree, const std::vector<TestRow>& rows) {
  const LeafPtr leaf = make_leaf(tree, rows);
  expect_rows(*leaf, rows);
  const Bytes bytes = encode_leaf(*leaf);
  const LeafPtr decoded = decode(bytes);
  ASSERT_NE(decoded, nullptr);
  expect_rows(*decoded, rows);
  EXPECT_EQ(encode_leaf(*decoded), bytes);
}

// What decoding promises of every leaf it lets through.
void expect_sound(const Leaf& leaf) {
  EXPECT_EQ(first_out_of_order(leaf), leaf.size());
  for (std::uint32_t row = 0; row < leaf.size(); ++row) {
    ASSERT_LT(leaf.a()[row], leaf.attributes().size());
    leaf.value(row);
  }
  for (std::uint32_t row = 1; row < leaf.size(); ++row) {
    ASSERT_LT(compare_rows(leaf.tree(), row_of(leaf, row - 1), row_of(leaf, row)), 0);
  }
}

void decode_damaged(Bytes bytes) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const auto leaf = decode_leaf(*owner, owner);
  if (leaf.ok()) return expect_sound(**leaf);
  EXPECT_EQ(leaf.error().category(), ErrorCategory::corrupt);
  EXPECT_EQ(leaf.error().code(), "node/corrupt");
}

TEST(Leaf, RoundTripsEveryTreeAndKindOfData) {
  for (const Tree tree : kTrees) {
    for (const Sample sample : kSamples) {
      base::TestRandom random(static_cast<std::uint64_t>(tree) * 10 +
                              static_cast<std::uint64_t>(sample));
      for (std::size_t count = 0; count <= 5000; count = count * 5 / 4 + 1) {
        SCOPED_TRACE(base::text(name(tree), " sample ", static_cast<int>(sample), " rows ", count));
        expect_round_trip(tree, random_rows(tree, sample, count, random));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(Leaf, RoundTripsEverySize) {
  base::TestRandom random(7);
  for (std::size_t count = 1; count <= 300; ++count) {
    const Tree tree = kTrees[count % 7];
    SCOPED_TRACE(count);
    expect_round_trip(tree, random_rows(tree, kSamples[count / 7 % 5], count, random));
  }
}

TEST(Leaf, TakesTheMostRowsThereMayBe) {
  std::vector<TestRow> rows;
  for (std::uint64_t i = 0; i < 65'535; ++i) {
    rows.push_back({i, Value::keyword("a"), Value(i % 10), 1, 0});
  }
  expect_round_trip(Tree::eavt, rows);
}

TEST(Leaf, FindsCodesOfAttributes) {
  base::TestRandom random(8);
  const LeafPtr leaf = make_leaf(Tree::eavt, random_rows(Tree::eavt, Sample::people, 50, random));
  ASSERT_EQ(leaf->attributes().size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(leaf->code_of(leaf->attributes()[i].attribute), static_cast<int>(i));
  }
  EXPECT_EQ(leaf->code_of(Value::keyword("person/nothing")), -1);
  EXPECT_EQ(leaf->code_of(Value()), -1);
  EXPECT_EQ(leaf->attributes_before(Value("z")), 5u);
}

TEST(LeafBuilder, CopiesRowsOfOtherLeaves) {
  base::TestRandom random(9);
  for (const Tree tree : kTrees) {
    for (const Sample sample : kSamples) {
      std::vector<TestRow> rows = random_rows(tree, sample, 700, random);
      std::vector<TestRow> even, odd;
      for (std::size_t i = 0; i < rows.size(); ++i)
        (i / 5 % 2 == 0 ? even : odd).push_back(rows[i]);
      const LeafPtr left = make_leaf(tree, even), right = make_leaf(tree, odd);
      LeafBuilder builder(tree);
      builder.own(left);
      builder.own(right);
      for (std::size_t i = 0, l = 0, r = 0; i < rows.size(); i += 5) {
        const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(5, rows.size() - i));
        auto& at = i / 5 % 2 == 0 ? l : r;
        const Leaf& from = i / 5 % 2 == 0 ? *left : *right;
        const auto begin = static_cast<std::uint32_t>(at);
        builder.add_rows(from, begin, begin + count);
        at += count;
      }
      const LeafPtr merged = builder.finish();
      expect_rows(*merged, rows);
      EXPECT_EQ(encode_leaf(*merged), encode_leaf(*make_leaf(tree, rows)));
      EXPECT_EQ(builder.size(), 0u);
    }
  }
}

TEST(LeafBuilder, ForgetsAttributesThatASliceLacks) {
  base::TestRandom random(10);
  for (const Sample sample : kSamples) {
    const auto rows = random_rows(Tree::aevt, sample, 500, random);
    const LeafPtr leaf = make_leaf(Tree::aevt, rows);
    for (std::uint32_t begin = 0; begin < leaf->size(); begin += 77) {
      const std::uint32_t end = std::min(leaf->size(), begin + 77);
      LeafBuilder builder(Tree::aevt);
      builder.add_rows(*leaf, begin, end);
      const std::vector<TestRow> slice(rows.begin() + begin, rows.begin() + end);
      const LeafPtr part = builder.finish();
      expect_rows(*part, slice);
      EXPECT_EQ(encode_leaf(*part), encode_leaf(*make_leaf(Tree::aevt, slice)));
    }
  }
}

TEST(LeafBuilder, TellsWhenKindsBeginToDiffer) {
  const Value a = Value::keyword("a"), b = Value::keyword("b");
  std::vector<TestRow> rows;
  for (std::uint64_t e = 0; e < 10; ++e) {
    rows.push_back({e, a, e == 7 ? Value("seven") : Value(e), 1, 0});
    rows.push_back({e, b, Value(static_cast<double>(e)), 1, 0});
  }
  const LeafPtr leaf = make_leaf(Tree::eavt, rows);
  EXPECT_TRUE(leaf->attributes()[0].mixed);
  EXPECT_FALSE(leaf->attributes()[1].mixed);
  EXPECT_EQ(leaf->kind(14), Kind::string);
  EXPECT_EQ(leaf->kind(12), Kind::int64);
  EXPECT_EQ(leaf->kind(13), Kind::float64);
  // Without the row that differs the attribute is of one kind again.
  LeafBuilder builder(Tree::eavt);
  builder.add_rows(*leaf, 0, 14);
  const LeafPtr part = builder.finish();
  EXPECT_FALSE(part->attributes()[0].mixed);
  EXPECT_EQ(part->attributes()[0].kind, Kind::int64);
}

TEST(LeafBuilder, EstimatesBytes) {
  base::TestRandom random(11);
  for (const Sample sample : kSamples) {
    const LeafPtr leaf = make_leaf(Tree::eavt, random_rows(Tree::eavt, sample, 2000, random));
    const std::size_t size = encode_leaf(*leaf).size();
    EXPECT_GE(leaf->bytes_estimate() * 3, size * 2);
    LeafBuilder again(Tree::eavt);
    const LeafPtr decoded = decode(encode_leaf(*leaf));
    again.add_rows(*decoded, 0, decoded->size());
    EXPECT_GE(again.bytes_estimate() * 3, size * 2);
  }
}

void expect_refused(Tree tree, const std::vector<TestRow>& rows) {
  const auto owner = std::make_shared<const Bytes>(encode_leaf(*make_leaf(tree, rows)));
  const auto leaf = decode_leaf(*owner, owner);
  ASSERT_FALSE(leaf.ok());
  EXPECT_EQ(leaf.error().code(), "node/corrupt");
}

TEST(Leaf, RowsOutOfOrderAreCorrupt) {
  for (const Tree tree : kTrees) {
    base::TestRandom random(12);
    for (const Sample sample : kSamples) {
      const auto rows = random_rows(tree, sample, 90, random);
      for (std::size_t i = 1; i < rows.size(); ++i) {
        if (rows[i - 1].a != rows[i].a) continue;  // where attributes are counted that is no order
        auto swapped = rows;
        std::swap(swapped[i - 1], swapped[i]);
        expect_refused(tree, swapped);
        auto twice = rows;
        twice[i] = twice[i - 1];
        expect_refused(tree, twice);
      }
    }
  }
}

TEST(Leaf, DamagedBytesAreRefusedOrSound) {
  for (const Tree tree : kTrees) {
    for (const Sample sample : kSamples) {
      base::TestRandom random(13);
      const auto rows = random_rows(tree, sample, 40, random);
      const Bytes bytes = encode_leaf(*make_leaf(tree, rows));
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        const auto cut = static_cast<std::ptrdiff_t>(at);
        const auto owner = std::make_shared<const Bytes>(bytes.begin(), bytes.begin() + cut);
        EXPECT_FALSE(decode_leaf(*owner, owner).ok()) << at;
        for (const int change : {0x01, 0x80, 0xff}) {
          Bytes damaged = bytes;
          damaged[at] ^= static_cast<std::uint8_t>(change);
          decode_damaged(std::move(damaged));
        }
      }
      Bytes longer = bytes;
      longer.push_back(0);
      const auto owner = std::make_shared<const Bytes>(longer);
      EXPECT_FALSE(decode_leaf(*owner, owner).ok());
    }
  }
}

}  // namespace
}  // namespace stele::format
