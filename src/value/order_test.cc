#include "value/order.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "value/cell.h"
#include "value/testing_values.h"

namespace stele::value {
namespace {

using base::Arena;
using base::TestRandom;

const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

int sign(int x) { return (x > 0) - (x < 0); }

// Each comes before the next, in both orders.
void expect_ascending(const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      const int expected = i < k ? -1 : i > k ? 1 : 0;
      EXPECT_EQ(sign(compare(values[i], values[k])), expected)
          << describe(values[i]) << " and " << describe(values[k]);
      EXPECT_EQ(sign(compare_canonical(values[i], values[k])), expected);
      EXPECT_EQ(values[i] == values[k], i == k);
    }
  }
}

// One in storage, but unequal.
void expect_tied(const Value& a, const Value& b) {
  EXPECT_EQ(compare(a, b), 0) << describe(a) << " and " << describe(b);
  EXPECT_NE(compare_canonical(a, b), 0);
  EXPECT_FALSE(a == b) << describe(a) << " and " << describe(b);
}

void expect_equal(const Value& a, const Value& b) {
  EXPECT_EQ(compare(a, b), 0) << describe(a) << " and " << describe(b);
  EXPECT_EQ(compare_canonical(a, b), 0);
  EXPECT_TRUE(a == b) << describe(a) << " and " << describe(b);
  EXPECT_EQ(hash(a), hash(b));
}

// ---- A slow twin for numbers: comparing them as they would be written out in full ---------------

struct WrittenOut {
  bool negative = false;
  std::string whole;     // no leading zeros
  std::string fraction;  // no trailing zeros
};

WrittenOut written_out(bool negative, std::string whole, std::string fraction) {
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  const bool is_zero = whole.empty() && fraction.empty();
  return {negative && !is_zero, whole, fraction};
}

WrittenOut written_out(double d) {
  std::vector<char> text(2000);
  std::snprintf(text.data(), text.size(), "%.1100f", std::fabs(d));
  const std::string all = text.data();
  const std::size_t point = all.find('.');
  return written_out(d < 0, all.substr(0, point), all.substr(point + 1));
}

// "-1.25E-7": the digits, and where among them the point goes.
WrittenOut written_out(std::string decimal) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.erase(0, 1);
  std::int64_t exponent = 0;
  if (const std::size_t e = decimal.find('E'); e != decimal.npos) {
    exponent = std::stoll(decimal.substr(e + 1));
    decimal.resize(e);
  }
  std::size_t point = decimal.find('.');
  if (point == decimal.npos) {
    point = decimal.size();
  } else {
    decimal.erase(point, 1);
  }
  std::int64_t place = static_cast<std::int64_t>(point) + exponent;
  if (place < 0) decimal.insert(0, static_cast<std::size_t>(-place), '0'), place = 0;
  const auto size = static_cast<std::int64_t>(decimal.size());
  if (place > size) decimal.append(static_cast<std::size_t>(place - size), '0');
  const auto cut = static_cast<std::size_t>(place);
  return written_out(negative, decimal.substr(0, cut), decimal.substr(cut));
}

WrittenOut written_out(const Value& v) {
  if (v.is(Kind::int64)) return written_out(std::to_string(v.as_int64()));
  if (v.is(Kind::float64) || v.is(Kind::float32)) return written_out(v.as_double());
  return written_out(v.as_decimal());
}

bool can_be_written_out(const Value& v) {
  if (v.is(Kind::float64) || v.is(Kind::float32)) return std::isfinite(v.as_double());
  return !v.is(Kind::bigdec) || v.as_decimal().find("E+1000000000") == std::string::npos;
}

int slow_compare(const WrittenOut& a, const WrittenOut& b) {
  const auto is_zero = [](const WrittenOut& x) { return x.whole.empty() && x.fraction.empty(); };
  if (is_zero(a) && is_zero(b)) return 0;
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int order = sign(a.whole.compare(b.whole));
  if (a.whole.size() != b.whole.size()) order = a.whole.size() < b.whole.size() ? -1 : 1;
  if (order == 0) order = sign(a.fraction.compare(b.fraction));
  return a.negative ? -order : order;
}

TEST(Order, D35_NumbersCompareAsIfWrittenOutInFull) {
  TestRandom random(1);
  std::vector<Value> numbers;
  for (const Value& number : nasty_numbers()) {
    const bool is_tiny =
        number.is(Kind::bigdec) && number.as_decimal().find("E-1000000000") != std::string::npos;
    if (can_be_written_out(number) && !is_tiny) numbers.push_back(number);
  }
  while (numbers.size() < 700) {
    Value number = random_number(random);
    if (can_be_written_out(number) && number.kind() != Kind::nil) {
      const bool is_tiny =
          number.is(Kind::bigdec) && number.as_decimal().find("E-1000000000") != std::string::npos;
      if (!is_tiny) numbers.push_back(std::move(number));
    }
  }
  std::vector<WrittenOut> texts;
  for (const Value& number : numbers) texts.push_back(written_out(number));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      ASSERT_EQ(sign(compare(numbers[i], numbers[k])), slow_compare(texts[i], texts[k]))
          << describe(numbers[i]) << " and " << describe(numbers[k]);
    }
  }
}

// ---- The laws, over values of all kinds
// -----------------------------------------------------------

TEST(Order, D39_IsTotalAndEqualityRefinesIt) {
  TestRandom random(2);
  const std::vector<Value> values = assorted_values(random);
  for (const Value& a : values) {
    expect_equal(a, a);
    for (const Value& b : values) {
      const int order = sign(compare(a, b));
      const int canonical = sign(compare_canonical(a, b));
      ASSERT_EQ(order, -sign(compare(b, a))) << describe(a) << " and " << describe(b);
      ASSERT_EQ(canonical, -sign(compare_canonical(b, a))) << describe(a) << " and " << describe(b);
      ASSERT_EQ(a == b, canonical == 0) << describe(a) << " and " << describe(b);
      if (order != 0) {
        ASSERT_EQ(canonical, order) << describe(a) << " and " << describe(b);
      }
      if (a == b) {
        ASSERT_EQ(hash(a), hash(b)) << describe(a) << " and " << describe(b);
      }
    }
  }
}

TEST(Order, D31_IsTransitive) {
  TestRandom random(3);
  std::vector<Value> values = assorted_values(random);
  for (int i = 0; i < 300'000; ++i) {
    const Value& a = random.pick(values);
    const Value& b = random.pick(values);
    const Value& c = random.pick(values);
    if (compare(a, b) <= 0 && compare(b, c) <= 0) {
      ASSERT_LE(compare(a, c), 0) << describe(a) << ", " << describe(b) << ", " << describe(c);
    }
    if (compare_canonical(a, b) <= 0 && compare_canonical(b, c) <= 0) {
      ASSERT_LE(compare_canonical(a, c), 0)
          << describe(a) << ", " << describe(b) << ", " << describe(c);
    }
  }
}

TEST(Order, IsTransitiveAmongNumbersOfAllKinds) {
  std::vector<Value> numbers = nasty_numbers();
  std::sort(numbers.begin(), numbers.end(),
            [](const Value& a, const Value& b) { return compare_canonical(a, b) < 0; });
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (std::size_t k = i; k < numbers.size(); ++k) {
      ASSERT_LE(compare_canonical(numbers[i], numbers[k]), 0)
          << describe(numbers[i]) << " and " << describe(numbers[k]);
    }
  }
}

TEST(Order, OfCellsIsThatOfValues) {
  TestRandom random(4);
  Arena arena;
  const std::vector<Value> values = assorted_values(random);
  std::vector<Cell> cells;
  for (const Value& value : values) cells.push_back(cell_of(value, arena));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Kind a = values[i].kind();
    ASSERT_EQ(hash_cell(a, cells[i]), hash(values[i])) << describe(values[i]);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const Kind b = values[k].kind();
      ASSERT_EQ(sign(compare_cells(a, cells[i], b, cells[k])), sign(compare(values[i], values[k])))
          << describe(values[i]) << " and " << describe(values[k]);
      ASSERT_EQ(sign(compare_canonical_cells(a, cells[i], b, cells[k])),
                sign(compare_canonical(values[i], values[k])));
      ASSERT_EQ(equal_cells(a, cells[i], b, cells[k]), values[i] == values[k]);
    }
  }
}

// ---- The rules, one by one

TEST(Order, D31_KindsStandInTheirRanks) {
  const std::uint8_t byte[] = {0};
  const float f[] = {0};
  const double d[] = {0};
  expect_ascending({Value(), Value::bytes(byte), Value::double_array(d), Value::float_array(f),
                    Value::keyword("k"), Value::vector({}), Value::symbol("s"), Value(false),
                    Value(0), Value(""), Value::character(0), Value(Instant{0}), Value(Uuid{}),
                    Value::map({}), Value::set({}), Value::tagged("t", 0)});
}

TEST(Order, Q81_CategoriesOfNumbersAreOneInStorageButUnequal) {
  expect_tied(Value(1), Value(1.0));
  expect_tied(Value(1), bigdec("1.00"));
  expect_tied(Value(1.0), bigdec("1"));
  expect_tied(bigint("1"), Value::float32(1));
  expect_equal(Value(1), bigint("1"));
  expect_equal(Value(0.5), Value::float32(0.5f));
  expect_equal(bigdec("1.0"), bigdec("1.00"));
  EXPECT_NE(compare(Value(0.1), Value::float32(0.1f)), 0);
}

TEST(Order, D30_NumbersOfAllKindsInterleave) {
  expect_ascending(
      {Value(2), Value(2.5), bigint("3"), bigdec("3.5"), Value::float32(3.75f), Value(4)});
}

TEST(Order, D35_X70_LongsAreNotRoundedToDoubles) {
  EXPECT_GT(compare(Value(9007199254740993), Value(9007199254740992.0)), 0);
  EXPECT_GT(compare(Value(9007199254740993), Value(9007199254740992)), 0);
  expect_ascending(
      {Value(INT64_MAX - 1), Value(INT64_MAX), Value(0x1p63), bigint("9223372036854775809")});
  expect_tied(Value(INT64_MIN), Value(-0x1p63));
  EXPECT_GT(compare(Value(INT64_MIN), Value(-0x1.0000000000001p63)), 0);
}

TEST(Order, D32_X62_NanIsGreatestAndEqualToItself) {
  expect_ascending({Value(-kInfinity), Value(INT64_MIN), Value(0), bigdec("1E+1000000000"),
                    Value(kInfinity), Value(kNan)});
  expect_equal(Value(kNan), Value(-kNan));
  expect_equal(Value(kNan), Value::float32(std::numeric_limits<float>::signaling_NaN()));
}

TEST(Order, D33_X63_ZerosAreEqualAsScalarsButNotInArrays) {
  expect_equal(Value(0.0), Value(-0.0));
  expect_equal(Value(0.0), Value::float32(-0.0f));
  const auto doubles = [](std::vector<double> x) { return Value::double_array(x); };
  expect_ascending({doubles({-0.0}), doubles({0.0})});
  const auto floats = [](std::vector<float> x) { return Value::float_array(x); };
  expect_ascending({floats({-0.0f}), floats({0.0f})});
}

TEST(Order, D30_ArraysGoElementByElementAndAPrefixComesFirst) {
  const auto array = [](std::vector<double> x) { return Value::double_array(x); };
  expect_ascending({array({}), array({-kInfinity}), array({-1, 9}), array({-1, 9, -5}), array({1}),
                    array({kInfinity}), array({kNan}), array({kNan, 0})});
  expect_equal(array({kNan}), array({-kNan}));
}

TEST(Order, D37_X65_BytesAreUnsigned) {
  const auto bytes = [](std::vector<std::uint8_t> x) { return Value::bytes(x); };
  expect_ascending(
      {bytes({}), bytes({0}), bytes({0, 0}), bytes({0x7f, 0xff}), bytes({0x80}), bytes({0xff})});
}

TEST(Order, D36_StringsGoByTheirBytes) {
  // UTF-16 would put the supplementary character before U+FFFD.
  expect_ascending({Value(""), Value("Z"), Value("a"), Value(std::string_view("a\0b", 3)),
                    Value("aa"), Value("\xc3\xa4"), Value("\xef\xbf\xbd"),
                    Value("\xf0\x9f\x98\x80")});
}

TEST(Order, D30_NamesWithoutNamespaceComeFirstThenByNamespaceThenByName) {
  using Make = Value (*)(std::string_view, std::string_view);
  for (const Make named : {Make(&Value::keyword), Make(&Value::symbol)}) {
    expect_ascending({named("", "a"), named("", "z"), named("a", "a"), named("a", "b"),
                      named("a.b", "a"), named("b", "a")});
  }
}

TEST(Order, D30_UuidsAreTwoSignedHalves) {
  constexpr std::uint64_t kTop = 1ull << 63;
  expect_ascending({Value(Uuid{kTop, 0}), Value(Uuid{~0ull, 5}), Value(Uuid{0, kTop}),
                    Value(Uuid{0, ~0ull}), Value(Uuid{0, 0}), Value(Uuid{0, 1}),
                    Value(Uuid{1, kTop})});
}

TEST(Order, X68_InstantsGoByTheirMilliseconds) {
  expect_ascending({Value(Instant{INT64_MIN}), Value(instant("0001-01-01")), Value(Instant{-1}),
                    Value(Instant{0}), Value(instant("2025-11-01"))});
}

TEST(Order, D30_X69_SequencesGoByLengthThenElementWithNilFirst) {
  expect_ascending({Value::vector({}), Value::vector({9}), Value::vector({Value(), "b"}),
                    Value::list({"a", Value()}), Value::vector({"a", "b"}),
                    Value::list({1, 2, 3})});
  expect_equal(Value::vector({1, "a"}), Value::list({bigint("1"), "a"}));
}

TEST(Order, SequencesAreTiedWhereTheirElementsAre) {
  expect_tied(Value::vector({1, 2}), Value::list({1.0, 2}));
  // A later element decides before an earlier tie does: the canonical order refines the other.
  EXPECT_LT(compare_canonical(Value::vector({1.0, 2}), Value::vector({1, 3})), 0);
}

TEST(Order, X60_MapsAndSetsThatDifferInAnythingAreDifferentFacts) {
  const Value values[] = {Value::set({1}),
                          Value::set({1.0}),
                          Value::set({bigdec("1")}),
                          Value::set({2}),
                          Value::map({{1, 1}}),
                          Value::map({{1, 1.0}}),
                          Value::map({{1.0, 1}}),
                          Value::map({{1, 2}}),
                          Value::set({Value::vector({1})}),
                          Value::set({Value::vector({1.0})})};
  for (const Value& a : values) {
    for (const Value& b : values) {
      EXPECT_EQ(compare(a, b) == 0, &a == &b) << describe(a) << " and " << describe(b);
      EXPECT_EQ(compare(Value::vector({a}), Value::vector({b})) == 0, &a == &b);
    }
  }
  expect_equal(Value::map({{1, "a"}, {2, "b"}}), Value::map({{2, "b"}, {bigint("1"), "a"}}));
  expect_equal(Value::set({1, 2}), Value::set({2, 1, bigint("2")}));
}

TEST(Order, MapsAndSetsGoBySizeThenByTheirAscendingMembers) {
  expect_ascending({Value::map({}), Value::map({{1, 9}}), Value::map({{2, 0}}),
                    Value::map({{2, 1}}), Value::map({{0, 0}, {1, 0}}), Value::set({}),
                    Value::set({"x"}), Value::set({1, 2}), Value::set({1, 3})});
}

TEST(Order, TaggedValuesGoByTagThenValue) {
  expect_ascending({Value::tagged("a", 2), Value::tagged("b", 1), Value::tagged("b", 1.0),
                    Value::tagged("b", 2), Value::tagged("ba", 0)});
}

TEST(Order, Q84_KindsThatLookAlikeAreUnequal) {
  const std::uint8_t byte[] = {1};
  EXPECT_NE(Value("a"), Value::keyword("a"));
  EXPECT_NE(Value::keyword("a"), Value::symbol("a"));
  EXPECT_NE(Value(Instant{5}), Value(5));
  EXPECT_NE(Value::character('a'), Value("a"));
  EXPECT_NE(Value::bytes(byte), Value::vector({1}));
  EXPECT_NE(Value(false), Value());
  EXPECT_NE(Value(true), Value(1));
}

TEST(Order, NothingIsAllocatedForAnEnormousExponent) {
  const Value huge = bigdec("1E+1000000000");
  const Value tiny = bigdec("1E-1000000000");
  expect_ascending({bigdec("-1E+1000000000"), Value(-0.5), bigdec("-1E-1000000000"), Value(0), tiny,
                    Value(5e-324), bigint("99999999999999999999"), huge, bigdec("2E+1000000000"),
                    Value(kInfinity)});
  expect_equal(bigdec("10E+999999999"), huge);
  expect_equal(bigdec("0E+2147483647"), bigdec("0"));
}

TEST(Order, HoldsForValuesOfAnyDepth) {
  constexpr int kDepth = 1'000'000;
  const auto nested = [](Value innermost) {
    Value value = std::move(innermost);
    for (int i = 0; i < kDepth; ++i) {
      std::vector<Value> items;
      items.push_back(std::move(value));
      value = Value::vector(std::move(items));
    }
    return value;
  };
  const Value one = nested(1);
  expect_equal(one, nested(bigint("1")));
  expect_tied(one, nested(1.0));
  EXPECT_LT(compare(one, nested(2)), 0);
  EXPECT_EQ(depth(one), kDepth);
}

}  // namespace
}  // namespace stele::value
