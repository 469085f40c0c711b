#include "edn/writer.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "edn/reader.h"
#include "value/cell.h"

namespace stele::edn {
namespace {

Value keyword(std::string_view text) { return Value::keyword(text); }

struct Writing {
  Value value;
  std::string_view text;
};

void expect_all(std::initializer_list<Writing> writings) {
  for (const Writing& writing : writings) EXPECT_EQ(write(writing.value), writing.text);
}

TEST(Writer, WritesScalars) {
  const std::uint8_t bytes[] = {0x00, 0xff, 0x1a};
  const float floats[] = {1.5f, 0.1f};
  const double doubles[] = {1.5, -0.0};
  expect_all({{Value(), "nil"},
              {Value(true), "true"},
              {Value(false), "false"},
              {Value(-42), "-42"},
              {*Value::bigint("42"), "42N"},
              {*Value::bigdec("1.50"), "1.50M"},
              {Value::float32(0.1f), "#float 0.1"},
              {Value::float32(std::nanf("")), "#float ##NaN"},
              {keyword("a/b"), ":a/b"},
              {keyword("a"), ":a"},
              {Value::symbol("ns/x"), "ns/x"},
              {Value::symbol("/"), "/"},
              {Value(instant("2025-11-01")), "#inst \"2025-11-01T00:00:00.000-00:00\""},
              {Value(Uuid{0x550e8400e29b41d4, 0xa716446655440000}),
               "#uuid \"550e8400-e29b-41d4-a716-446655440000\""},
              {Value::bytes(bytes), "#bytes \"00ff1a\""},
              {Value::float_array(floats), "#float-array [1.5 0.1]"},
              {Value::double_array(doubles), "#double-array [1.5 -0.0]"},
              {Value::float_array({}), "#float-array []"}});
}

TEST(Writer, WritesDoublesInTheirFewestDigits) {
  expect_all({{Value(9.99), "9.99"},
              {Value(1.0), "1.0"},
              {Value(-1.0), "-1.0"},
              {Value(0.0), "0.0"},
              {Value(-0.0), "-0.0"},
              {Value(0.1), "0.1"},
              {Value(0.001), "0.001"},
              {Value(0.0001), "1.0E-4"},
              {Value(100.0), "100.0"},
              {Value(123456.5), "123456.5"},
              {Value(1234567.0), "1234567.0"},
              {Value(1e7), "1.0E7"},
              {Value(1e10), "1.0E10"},
              {Value(1.25e100), "1.25E100"},
              {Value(5e-324), "5.0E-324"},
              {Value(std::numeric_limits<double>::max()), "1.7976931348623157E308"},
              {Value(std::numeric_limits<double>::infinity()), "##Inf"},
              {Value(-std::numeric_limits<double>::infinity()), "##-Inf"},
              {Value(std::nan("")), "##NaN"}});
}

TEST(Writer, EscapesStringsAndCharacters) {
  expect_all({{Value("plain"), "\"plain\""},
              {Value("a\"b\\c\nd\te\rf"), R"("a\"b\\c\nd\te\rf")"},
              {Value(std::string_view("\0\x01\x1f\x7f", 4)), R"("\u0000\u0001\u001F\u007F")"},
              {Value("λ😀"), "\"λ😀\""},
              {Value::character('a'), "\\a"},
              {Value::character('\n'), "\\newline"},
              {Value::character(' '), "\\space"},
              {Value::character('('), "\\("},
              {Value::character(0), "\\u0000"},
              {Value::character(0xA0), "\\u00A0"},
              {Value::character(0x3BB), "\\λ"},
              {Value::character(0x1F600), "\\😀"}});
}

TEST(Writer, WritesCollections) {
  expect_all(
      {{Value::vector({}), "[]"},
       {Value::vector({1, Value::vector({2})}), "[1 [2]]"},
       {Value::list({Value::symbol("quote"), Value::symbol("x")}), "(quote x)"},
       {Value::set({3, 1, 2}), "#{1 2 3}"},
       {Value::set({}), "#{}"},
       {Value::map({}), "{}"},
       {Value::map({{keyword("b"), 2}, {keyword("a"), Value::map({{1, 2}})}}), "{:a {1 2} :b 2}"},
       {Value::tagged("db", "x"), "#db \"x\""},
       {Value::vector({Value::tagged("a/b", Value::tagged("c", 1)), 2}), "[#a/b #c 1 2]"}});
}

TEST(Writer, AppendsToWhatIsThere) {
  std::string out = "x = ";
  append(out, Value::vector({1}));
  EXPECT_EQ(out, "x = [1]");
}

TEST(Writer, WritesValuesOfAnyDepth) {
  constexpr std::size_t kDepth = 100000;
  Value value(1);
  for (std::size_t i = 0; i < kDepth; ++i) value = Value::vector({std::move(value)});
  EXPECT_EQ(write(value).size(), 2 * kDepth + 1);
  EXPECT_EQ(write_short(value, 10), "[[[[[[[…");
  EXPECT_GE(write_pretty(value).size(), 2 * kDepth + 1);
}

TEST(WriteShort, CutsAtTheLimitAndNeverInsideACodePoint) {
  EXPECT_EQ(write_short(Value("abc"), 5), "\"abc\"");
  EXPECT_EQ(write_short(Value("abcd"), 5), "\"a…");
  EXPECT_EQ(write_short(Value("😀😀"), 9), "\"😀…");
  EXPECT_EQ(write_short(Value(1234), 2), "12");
  EXPECT_EQ(write_short(Value(1234), 0), "");
  const Value large = Value::vector(std::vector<Value>(100000, Value(std::string(1000, 'x'))));
  for (std::size_t limit = 0; limit < 100; ++limit)
    EXPECT_LE(write_short(large, limit).size(), limit);
  const Value bytes = Value::bytes(std::vector<std::uint8_t>(1000));
  EXPECT_EQ(write_short(bytes, 14), "#bytes \"000…");
}

TEST(WritePretty, KeepsOnOneLineWhatFits) {
  const Value value = *read("{:a [1 2 3] :b #{:x}}");
  EXPECT_EQ(write_pretty(value), write(value));
  EXPECT_EQ(write_pretty(value, 21), write(value));
  EXPECT_EQ(write_pretty(value, 20), "{:a [1 2 3]\n :b #{:x}}");
}

TEST(WritePretty, PutsCollectionsBelowEachOtherAndFillsLinesWithScalars) {
  EXPECT_EQ(
      write_pretty(*read("{:numbers [1 2 3 4 5 6 7 8 9 10] :pairs [[1 2] [3 4] [5 6] [7 8]]}"), 20),
      "{:numbers [1 2 3 4 5\n"
      "           6 7 8 9\n"
      "           10]\n"
      " :pairs [[1 2]\n"
      "         [3 4]\n"
      "         [5 6]\n"
      "         [7 8]]}");
  EXPECT_EQ(write_pretty(*read("(aaaa bbbb #t [1 2 3 4 5])"), 10),
            "(aaaa bbbb\n #t [1 2 3\n     4 5])");
}

TEST(WritePretty, CountsTheBracketsThatFollow) {
  EXPECT_EQ(write_pretty(*read("[[[1 2 3 4]]]"), 12), "[[[1 2 3\n   4]]]");
  EXPECT_EQ(write_pretty(*read("[[[1 2 3 4]]]"), 13), "[[[1 2 3 4]]]");
}

TEST(WritePretty, ReadsBackAtEveryWidth) {
  const Value value = *read(
      "{:a [1 \"two words\" {:b #{1.5 2N} :c (x y z)}] [:k] #inst \"2025\" nil #float-array [1 2 3]"
      " :λλ #tag {:long-key-number-one #other [\"a\" \"b\"] :long-key-number-two \\space}}");
  for (int width = -1; width < 120; ++width) {
    const auto again = read(write_pretty(value, width));
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_TRUE(*again == value);
  }
}

}  // namespace
}  // namespace stele::edn
