#include "value/cell.h"

#include <limits>

#include <gtest/gtest.h>

#include "value/testing_values.h"

namespace stele::value {
namespace {

using base::Arena;
using base::TestRandom;

TEST(Cell, EveryValueGoesThereAndBackWithItsKind) {
  TestRandom random(1);
  Arena arena;
  for (const Value& value : assorted_values(random, 1000)) {
    const Value back = value_of(value.kind(), cell_of(value, arena));
    ASSERT_EQ(back, value) << describe(value);
    ASSERT_EQ(back.kind(), value.kind());
    if (value.is(Kind::bigdec)) {
      ASSERT_EQ(back.as_decimal(), value.as_decimal());
    }
  }
}

TEST(Cell, CopiesStandOnTheirOwn) {
  TestRandom random(2);
  Arena copies;
  std::vector<Value> values = assorted_values(random);
  std::vector<Cell> cells;
  std::vector<base::Bytes> written;
  {
    Arena arena;
    for (const Value& value : values) {
      cells.push_back(copy_cell(value.kind(), cell_of(value, arena), copies));
      write_value(value, written.emplace_back());
    }
  }
  std::vector<Kind> kinds;
  for (const Value& value : values) kinds.push_back(value.kind());
  values.clear();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    base::Bytes again;
    write_value(value_of(kinds[i], cells[i]), again);
    ASSERT_EQ(again, written[i]);
  }
}

TEST(Cell, ScalarsAreTheNumbersThemselves) {
  Arena arena;
  EXPECT_EQ(cell_of(Value(), arena), 0u);
  EXPECT_EQ(cell_of(Value(true), arena), 1u);
  EXPECT_EQ(int_of(cell_of(Value(-7), arena)), -7);
  EXPECT_EQ(int_of(cell_of(Value(Instant{-7}), arena)), -7);
  EXPECT_EQ(double_of(cell_of(Value(2.5), arena)), 2.5);
  EXPECT_EQ(double_of(cell_of(Value::float32(0.1f), arena)), static_cast<double>(0.1f));
  EXPECT_EQ(cell_of(Value::character('a'), arena), 97u);
  EXPECT_EQ(arena.bytes(), 0u);
}

TEST(Cell, D32_EveryNanHasTheSameCell) {
  Arena arena;
  const Cell nan = cell_of(std::numeric_limits<double>::quiet_NaN());
  const double odd = std::bit_cast<double>(0xfff8000000000123ull);
  EXPECT_EQ(cell_of(odd), nan);
  EXPECT_EQ(cell_of(Value(odd), arena), nan);
}

TEST(Cell, TextsAreSharedWithTheValueAndNotCopied) {
  Arena arena;
  const std::uint8_t byte[] = {7};
  const Value values[] = {Value("text"),     Value::keyword("a/b"),  Value::symbol("a"),
                          Value(Uuid{1, 2}), Value::bytes(byte),     bigint("12"),
                          bigdec("1.5"),     Value::float_array({}), Value::double_array({})};
  for (const Value& value : values) {
    const Cell cell = cell_of(value, arena);
    EXPECT_EQ(cell, cell_of(Value(value), arena)) << describe(value);
  }
  EXPECT_EQ(arena.bytes(), 0u);
  const base::ByteView text = text_of(cell_of(values[0], arena));
  EXPECT_EQ(text.data(), base::view(values[0].as_string()).data());
}

TEST(Cell, TextsAreLaidOutAsDocumented) {
  Arena arena;
  const auto text = [&](const Value& v) {
    const base::ByteView view = text_of(cell_of(v, arena));
    return base::to_hex(view);
  };
  EXPECT_EQ(text(Value("ab")), "6162");
  EXPECT_EQ(text(Value::keyword("a/b")), "610062");
  EXPECT_EQ(text(Value::keyword("b")), "0062");
  EXPECT_EQ(text(Value(Uuid{0x0102030405060708, 9})), "01020304050607080000000000000009");
  EXPECT_EQ(text(bigint("0")), "01");
  EXPECT_EQ(text(bigint("-256")), "000100");
  EXPECT_EQ(text(bigdec("2.56")), "04010100");
  const float floats[] = {1.0f};
  EXPECT_EQ(text(Value::float_array(floats)), "0000803f");
  EXPECT_EQ(text(Value::vector({-1, true, "a"})), "02010101070161");
  EXPECT_EQ(text(Value::map({{1, Value()}})), "020200");
  EXPECT_EQ(text(Value::tagged("t", Instant{1})), "01740502");
}

TEST(Cell, DepthCountsCollections) {
  EXPECT_EQ(depth(Value(1)), 0);
  EXPECT_EQ(depth(Value::vector({})), 1);
  EXPECT_EQ(depth(Value::vector({1, Value::set({Value::tagged("t", 1)}), 2})), 3);
}

TEST(Cell, ValuesOfAnyDepthGoThereAndBack) {
  Value value = 1;
  for (int i = 0; i < 100'000; ++i) {
    std::vector<Value> items = {Value()};
    items[0] = std::move(value);
    value = i % 2 == 0 ? Value::vector(std::move(items)) : Value::set(std::move(items));
  }
  Arena arena;
  const Cell cell = cell_of(value, arena);
  EXPECT_EQ(hash_cell(value.kind(), cell), hash(value));
  EXPECT_TRUE(value_of(value.kind(), cell) == value);
}

}  // namespace
}  // namespace stele::value
