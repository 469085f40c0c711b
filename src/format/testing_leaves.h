// Leaves for tests: rows as plain values with a comparison that follows the definition and nothing
// else, leaves made of them, and rows read back.
#pragma once

#include <vector>

#include "base/testing_random.h"
#include "format/leaf.h"

namespace stele::format {

struct TestRow {
  std::uint64_t e = 0;
  Value a;
  Value v;
  std::uint64_t tx = 0;
  std::uint64_t ended = 0;
};

// The order of the tree, part by part, on Values. Sign.
int compare_rows(Tree tree, const TestRow& x, const TestRow& y);
// Sorts the rows and drops what would be one row twice.
void sort_rows(Tree tree, std::vector<TestRow>& rows);

LeafPtr make_leaf(Tree tree, const std::vector<TestRow>& rows);
TestRow row_of(const Leaf& leaf, std::uint32_t row);
// Adds a failure to the running test where they differ.
void expect_rows(const Leaf& leaf, const std::vector<TestRow>& rows);

// Rows of every kind of data that leaves should be good at, and of what they cannot be.
enum class Sample { people, texts, aged, assorted, mixed };
inline constexpr Sample kSamples[] = {Sample::people, Sample::texts, Sample::aged, Sample::assorted,
                                      Sample::mixed};
// At most `count` rows, sorted.
std::vector<TestRow> random_rows(Tree tree, Sample sample, std::size_t count,
                                 base::TestRandom& random);

}  // namespace stele::format
