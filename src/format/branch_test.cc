#include "format/branch.h"

#include <gtest/gtest.h>

#include "format/order.h"
#include "format/testing_leaves.h"

namespace stele::format {
namespace {

using base::Bytes;

constexpr Tree kTrees[] = {Tree::eavt,      Tree::aevt,      Tree::avet, Tree::past_eavt,
                           Tree::past_aevt, Tree::past_avet, Tree::log};

const Hash kHere = base::sha256(base::view("this pack"));
const Hash kThere = base::sha256(base::view("another pack"));

// A branch over the rows cut into children of seven.
BranchPtr make_branch(Tree tree, const Leaf& leaf) {
  LeafBuilder separators(tree);
  std::vector<Child> children;
  for (std::uint32_t row = 0; row < leaf.size(); row += 7) {
    if (row > 0) add_separator(separators, leaf, row - 1, leaf, row);
    Child child;
    child.hash = base::sha256(base::view(std::to_string(row)));
    child.count = std::min<std::uint64_t>(7, leaf.size() - row);
    child.place = {row % 3 == 0 ? Hash() : kThere, row * 100, row};
    children.push_back(child);
  }
  return std::make_shared<Branch>(tree, 1, std::move(children), separators.finish());
}

BranchPtr decode(const Frame& frame) {
  auto node = decode_node(frame.bytes, frame.hash, {kHere, 9, 9});
  EXPECT_TRUE(node.ok()) << node.error().message();
  EXPECT_FALSE((*node)->is_leaf());
  return std::static_pointer_cast<const Branch>(*node);
}

TEST(Branch, RoundTrips) {
  for (const Tree tree : kTrees) {
    for (const Sample sample : kSamples) {
      base::TestRandom random(1);
      const LeafPtr leaf = make_leaf(tree, random_rows(tree, sample, 400, random));
      const BranchPtr branch = make_branch(tree, *leaf);
      const BranchPtr decoded = decode(encode_node(*branch));
      EXPECT_EQ(decoded->tree(), tree);
      EXPECT_EQ(decoded->level(), 1);
      EXPECT_EQ(decoded->count(), leaf->size());
      ASSERT_EQ(decoded->children().size(), branch->children().size());
      for (std::size_t i = 0; i < branch->children().size(); ++i) {
        const Child &x = branch->children()[i], &y = decoded->children()[i];
        EXPECT_EQ(x.hash, y.hash);
        EXPECT_EQ(x.count, y.count);
        EXPECT_EQ(decoded->count_before(i), 7 * i);
        EXPECT_EQ(y.place.pack, x.place.pack.is_zero() ? kHere : x.place.pack);
        EXPECT_EQ(y.place.offset, x.place.offset);
        EXPECT_EQ(y.place.length, x.place.length);
      }
      ASSERT_EQ(decoded->separators().size(), branch->separators().size());
      for (std::uint32_t i = 0; i < decoded->separators().size(); ++i) {
        EXPECT_EQ(compare(decoded->separators(), i, branch->separators(), i), 0);
      }
    }
  }
}

TEST(Branch, MovingChildrenChangesNoHash) {
  base::TestRandom random(2);
  const LeafPtr leaf = make_leaf(Tree::eavt, random_rows(Tree::eavt, Sample::people, 99, random));
  const BranchPtr branch = make_branch(Tree::eavt, *leaf);
  std::vector<Child> moved(branch->children().begin(), branch->children().end());
  for (Child& child : moved) child.place = {kThere, child.place.offset + 1, child.place.length};
  LeafBuilder separators(Tree::eavt);
  separators.add_rows(branch->separators(), 0, branch->separators().size());
  const Frame before = encode_node(*branch);
  const Frame after = encode_node(Branch(Tree::eavt, 1, moved, separators.finish()));
  EXPECT_EQ(before.hash, after.hash);
  EXPECT_NE(before.bytes, after.bytes);
}

TEST(Branch, OneChildNeedsNoSeparators) {
  Child child;
  child.count = 3;
  const Branch branch(Tree::log, 2, {child}, LeafBuilder(Tree::log).finish());
  const BranchPtr decoded = decode(encode_node(branch));
  EXPECT_EQ(decoded->count(), 3u);
  EXPECT_EQ(decoded->separators().size(), 0u);
}

TEST(Separators, LieBetweenTheRowsTheySeparate) {
  for (const Tree tree : kTrees) {
    for (const Sample sample : kSamples) {
      base::TestRandom random(3);
      const LeafPtr leaf = make_leaf(tree, random_rows(tree, sample, 500, random));
      LeafBuilder builder(tree);
      for (std::uint32_t row = 1; row < leaf->size(); ++row) {
        add_separator(builder, *leaf, row - 1, *leaf, row);
      }
      const LeafPtr separators = builder.finish();
      for (std::uint32_t row = 1; row < leaf->size(); ++row) {
        ASSERT_LT(compare(*leaf, row - 1, *separators, row - 1), 0) << name(tree) << row;
        ASSERT_LE(compare(*separators, row - 1, *leaf, row), 0) << name(tree) << row;
      }
    }
  }
}

TEST(Separators, AreCutBetweenCharacters) {
  const Value a = Value::keyword("a");
  const auto cut = [&](const Value& left, const Value& right) {
    const LeafPtr leaf = make_leaf(Tree::avet, {{1, a, left, 5, 0}, {1, a, right, 5, 0}});
    LeafBuilder builder(Tree::avet);
    add_separator(builder, *leaf, 0, *leaf, 1);
    return builder.finish()->value(0);
  };
  EXPECT_EQ(cut("abcdef", "abxdef"), Value("abx"));
  EXPECT_EQ(cut("ab", "abcdef"), Value("abc"));
  EXPECT_EQ(cut("gr\u00fc", "gr\u00fc\u00dfe"), Value("gr\u00fc\u00df"));
  EXPECT_EQ(cut("a\u20ac", "a\u20ad!"), Value("a\u20ad"));
  EXPECT_EQ(cut(Value(3), Value(9)), Value(9));
  const std::uint8_t short_bytes[] = {1, 2}, long_bytes[] = {1, 3, 4, 5}, expected[] = {1, 3};
  EXPECT_EQ(cut(Value::bytes(short_bytes), Value::bytes(long_bytes)), Value::bytes(expected));
}

TEST(Frames, HoldBlobs) {
  const Frame frame = encode_blob(base::view("some schema"));
  const auto blob = decode_blob(frame.bytes, frame.hash);
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ(base::text(base::ByteView(*blob)), "some schema");
  EXPECT_EQ(decode_blob(frame.bytes, kHere).error().code(), "node/hash");
}

TEST(Frames, EveryDamageToANodeIsFound) {
  base::TestRandom random(4);
  const LeafPtr leaf = make_leaf(Tree::avet, random_rows(Tree::avet, Sample::texts, 60, random));
  const BranchPtr branch = make_branch(Tree::avet, *leaf);
  const Frame frames[] = {encode_node(*leaf), encode_node(*branch)};
  for (const Frame& frame : frames) {
    base::ByteReader in(frame.bytes);
    in.sized();
    const std::size_t hashed = in.offset();
    for (std::size_t at = 0; at < frame.bytes.size(); ++at) {
      const Bytes cut(frame.bytes.begin(), frame.bytes.begin() + static_cast<std::ptrdiff_t>(at));
      EXPECT_FALSE(decode_node(cut, frame.hash, {}).ok());
      Bytes damaged = frame.bytes;
      damaged[at] ^= 0x41;
      const auto node = decode_node(damaged, frame.hash, {});
      // Hints are outside the hash: damage there leads to a wrong place at worst.
      if (at < hashed) {
        EXPECT_FALSE(node.ok()) << at;
      }
    }
  }
}

// The content of a branch with its hash made right again: what an attacker would send.
TEST(Branch, DamagedContentIsRefusedOrSound) {
  for (const Tree tree : kTrees) {
    base::TestRandom random(5);
    const LeafPtr leaf = make_leaf(tree, random_rows(tree, Sample::texts, 60, random));
    const Frame frame = encode_node(*make_branch(tree, *leaf));
    base::ByteReader in(frame.bytes);
    const base::ByteView content = in.sized();
    const base::ByteView hints = in.bytes(in.left());
    for (std::size_t at = 0; at < content.size(); ++at) {
      Bytes damaged(content.begin(), content.end());
      damaged[at] ^= static_cast<std::uint8_t>(1 + random.below(255));
      Bytes bytes;
      base::ByteWriter writer(bytes);
      writer.sized(damaged);
      writer.bytes(hints);
      const auto node = decode_node(bytes, base::sha256(damaged), {});
      if (!node.ok()) {
        EXPECT_EQ(node.error().code(), "node/corrupt");
      } else if (!(*node)->is_leaf()) {
        const auto& branch = static_cast<const Branch&>(**node);
        EXPECT_EQ(branch.separators().size() + 1, branch.children().size());
      }
    }
  }
}

}  // namespace
}  // namespace stele::format
