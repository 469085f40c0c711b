#include "format/testing_leaves.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include <stele/datom.h>

#include "base/text.h"
#include "value/testing_values.h"

namespace stele::format {
namespace {

int sign(std::uint64_t a, std::uint64_t b) { return (a > b) - (a < b); }

bool is_by_value(Tree tree) { return tree == Tree::avet || tree == Tree::past_avet; }
bool is_by_attribute(Tree tree) { return tree == Tree::aevt || tree == Tree::past_aevt; }

Value text(std::string_view prefix, std::uint64_t number) {
  return Value(base::text(prefix, number));
}

TestRow person(std::uint64_t i, base::TestRandom& random) {
  const std::uint64_t e = 1000 + i / 5;
  const std::uint64_t tx = kTx0 + 1 + e / 100;
  switch (i % 5) {
    case 0:
      return {e, Value::keyword("person/age"), Value(random.below(100)), tx};
    case 1:
      return {e, Value::keyword("person/last-name"), text("Name", random.below(16)), tx};
    case 2:
      return {e, Value::keyword("person/name"), text("Given", random.below(16)), tx};
    case 3:
      return {e, Value::keyword("person/salary"), Value(random.below(100'000)), tx};
    default:
      return {e, Value::keyword("person/sex"),
              Value::keyword(random.chance(1, 2) ? "male" : "female"), tx};
  }
}

TestRow texts(std::uint64_t i, base::TestRandom& random) {
  const std::uint64_t e = 1 + i / 3;
  const Value noise = Value(std::string(random.below(60), static_cast<char>('a' + i % 26)));
  const std::array<Value, 3> attributes = {Value::keyword("package/name"),
                                           Value::keyword("package/text"), Value("plain")};
  const std::array<Value, 3> values = {text("/usr/share/documentation/package-", 1000 + i), noise,
                                       Value::bytes(random.bytes(random.below(9)))};
  return {e, attributes[i % 3], values[i % 3], kTx0 + random.below(3)};
}

TestRow aged(std::uint64_t i, base::TestRandom& random) {
  return {random.below(1 + i * 3), Value::keyword("item", base::text("a", random.below(7))),
          Value(random.between(-5, 1'000'000)), kTx0 + random.below(1 << 20)};
}

// Every attribute has values of one kind.
TestRow assorted(std::uint64_t, base::TestRandom& random) {
  const auto kind = static_cast<Kind>(1 + random.below(kKindCount - 1));
  return {random.below(200), Value::keyword("kind", name(kind)),
          value::random_value_of(kind, random), kTx0 + random.below(9)};
}

TestRow mixed(std::uint64_t, base::TestRandom& random) {
  return {random.next() >> 20, Value::keyword("any", base::text("a", random.below(3))),
          value::random_value(random), kTx0 + random.below(9)};
}

TestRow random_row(Sample sample, std::uint64_t i, base::TestRandom& random) {
  switch (sample) {
    case Sample::people:
      return person(i, random);
    case Sample::texts:
      return texts(i, random);
    case Sample::aged:
      return aged(i, random);
    case Sample::assorted:
      return assorted(i, random);
    default:
      return mixed(i, random);
  }
}

}  // namespace

int compare_rows(Tree tree, const TestRow& x, const TestRow& y) {
  const int e = sign(x.e, y.e);
  if (tree == Tree::log) return e;
  const int a = compare(x.a, y.a);
  const int v = compare(x.v, y.v);
  std::array<int, 5> order = {e, a, v, sign(x.tx, y.tx), sign(x.ended, y.ended)};
  if (is_by_attribute(tree)) order = {a, e, v, order[3], order[4]};
  if (is_by_value(tree)) order = {a, v, e, order[3], order[4]};
  const auto found = std::find_if(order.begin(), order.end(), [](int part) { return part != 0; });
  return found == order.end() ? 0 : *found;
}

void sort_rows(Tree tree, std::vector<TestRow>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [&](const TestRow& x, const TestRow& y) {
    return compare_rows(tree, x, y) < 0;
  });
  const auto same = [&](const TestRow& x, const TestRow& y) {
    return compare_rows(tree, x, y) == 0;
  };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
}

LeafPtr make_leaf(Tree tree, const std::vector<TestRow>& rows) {
  LeafBuilder builder(tree, rows.size());
  for (const TestRow& row : rows) {
    const Cell borrowed = value::cell_of(row.v, builder.arena());
    const Cell cell = value::copy_cell(row.v.kind(), borrowed, builder.arena());
    builder.add(row.e, row.a, row.v.kind(), cell, row.tx, row.ended);
  }
  return builder.finish();
}

TestRow row_of(const Leaf& leaf, std::uint32_t row) {
  return {leaf.e()[row], leaf.attribute(row), leaf.value(row), leaf.tx()[row],
          has_ended(leaf.tree()) ? leaf.ended()[row] : 0};
}

void expect_rows(const Leaf& leaf, const std::vector<TestRow>& rows) {
  ASSERT_EQ(leaf.size(), rows.size());
  for (std::uint32_t i = 0; i < leaf.size(); ++i) {
    const TestRow row = row_of(leaf, i);
    ASSERT_EQ(row.e, rows[i].e) << "row " << i;
    ASSERT_EQ(row.a, rows[i].a) << "row " << i;
    ASSERT_EQ(row.v.kind(), rows[i].v.kind()) << "row " << i;
    ASSERT_EQ(row.v, rows[i].v) << "row " << i << " " << value::describe(rows[i].v);
    ASSERT_EQ(row.tx, rows[i].tx) << "row " << i;
    ASSERT_EQ(row.ended, rows[i].ended) << "row " << i;
  }
}

std::vector<TestRow> random_rows(Tree tree, Sample sample, std::size_t count,
                                 base::TestRandom& random) {
  std::vector<TestRow> rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    TestRow row = random_row(sample, i, random);
    if (has_ended(tree)) row.ended = row.tx + random.below(1000);
    // Times in the log may lie before 1970.
    if (tree == Tree::log) row.tx = static_cast<std::uint64_t>(random.between(-1000, 1 << 30));
    rows.push_back(std::move(row));
  }
  sort_rows(tree, rows);
  return rows;
}

}  // namespace stele::format
