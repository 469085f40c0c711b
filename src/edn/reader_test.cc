#include "edn/reader.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "edn/writer.h"
#include "value/cell.h"

namespace stele::edn {
namespace {

Value keyword(std::string_view text) { return Value::keyword(text); }
Value symbol(std::string_view text) { return Value::symbol(text); }
Value bigint(std::string_view digits) { return *Value::bigint(digits); }
Value bigdec(std::string_view digits) { return *Value::bigdec(digits); }

struct Reading {
  std::string_view text;
  Value value;
};

void expect_all(std::initializer_list<Reading> readings) {
  for (const Reading& reading : readings) {
    SCOPED_TRACE(reading.text);
    auto value = read(reading.text);
    if (!value.ok()) {
      ADD_FAILURE() << value.error().message();
      continue;
    }
    EXPECT_EQ(value->kind(), reading.value.kind());
    EXPECT_TRUE(*value == reading.value) << "it reads as " << write(*value);
  }
}

TEST(Reader, ReadsNilAndBooleans) {
  expect_all({{"nil", Value()},
              {"true", Value(true)},
              {"false", Value(false)},
              {"nill", symbol("nill")},
              {"truee", symbol("truee")}});
}

TEST(Reader, ReadsIntegers) {
  expect_all({{"0", Value(0)},
              {"-0", Value(0)},
              {"+0", Value(0)},
              {"1", Value(1)},
              {"+1", Value(1)},
              {"-17", Value(-17)},
              {"9223372036854775807", Value(std::numeric_limits<std::int64_t>::max())},
              {"-9223372036854775808", Value(std::numeric_limits<std::int64_t>::min())}});
}

TEST(Reader, ReadsBigIntegersByTheirSuffixAndBySize) {
  expect_all({{"1N", bigint("1")},
              {"0N", bigint("0")},
              {"-7N", bigint("-7")},
              {"+7N", bigint("7")},
              {"9223372036854775808", bigint("9223372036854775808")},
              {"-9223372036854775809", bigint("-9223372036854775809")},
              {"123456789012345678901234567890N", bigint("123456789012345678901234567890")}});
}

TEST(Reader, ReadsDoubles) {
  expect_all({{"1.5", Value(1.5)},
              {"-1.5", Value(-1.5)},
              {"+1.5", Value(1.5)},
              {"0.5", Value(0.5)},
              {"1e5", Value(1e5)},
              {"1E5", Value(1e5)},
              {"1e+5", Value(1e5)},
              {"1.25e-3", Value(1.25e-3)},
              {"0.0", Value(0.0)},
              {"0e0", Value(0.0)},
              {"0.0e999", Value(0.0)},
              {"5e-324", Value(5e-324)},
              {"1.7976931348623157E308", Value(std::numeric_limits<double>::max())},
              {"0.1000000000000000055511151231257827021181583404541015625", Value(0.1)},
              {"##Inf", Value(std::numeric_limits<double>::infinity())},
              {"##-Inf", Value(-std::numeric_limits<double>::infinity())},
              {"##NaN", Value(std::nan(""))}});
  EXPECT_TRUE(std::signbit(read("-0.0")->as_double()));
}

TEST(Reader, ReadsDecimalsAndKeepsTheirScale) {
  expect_all({{"1.5M", bigdec("1.5")},
              {"1M", bigdec("1")},
              {"-12.50M", bigdec("-12.50")},
              {"+2.0M", bigdec("2.0")},
              {"1e3M", bigdec("1E+3")}});
  EXPECT_EQ(read("12.50M")->as_decimal(), bigdec("12.50").as_decimal());
}

TEST(Reader, ReadsStrings) {
  expect_all({{R"("")", Value("")},
              {R"("a b")", Value("a b")},
              {"\"two\nlines\"", Value("two\nlines")},
              {R"("\"\\\n\t\r\b\f")", Value("\"\\\n\t\r\b\f")},
              {R"("x\ny")", Value("x\ny")},
              {R"("\u03BB\u03bb")", Value("λλ")},
              {R"("\uD83D\uDE00")", Value("😀")},
              {R"("\101\0\3777")", Value(std::string_view("A\0ÿ7", 5))},
              {R"("ü λ 😀")", Value("ü λ 😀")},
              {R"("; #_ no comment")", Value("; #_ no comment")}});
}

TEST(Reader, ReadsCharacters) {
  expect_all({{R"(\a)", Value::character('a')},
              {R"(\newline)", Value::character('\n')},
              {R"(\space)", Value::character(' ')},
              {R"(\tab)", Value::character('\t')},
              {R"(\return)", Value::character('\r')},
              {R"(\backspace)", Value::character('\b')},
              {R"(\formfeed)", Value::character('\f')},
              {R"(\u03BB)", Value::character(0x3BB)},
              {R"(\u)", Value::character('u')},
              {R"(\o)", Value::character('o')},
              {R"(\o101)", Value::character('A')},
              {R"(\o0)", Value::character(0)},
              {R"(\λ)", Value::character(0x3BB)},
              {R"(\😀)", Value::character(0x1F600)},
              {R"(\()", Value::character('(')},
              {R"(\])", Value::character(']')},
              {R"(\")", Value::character('"')},
              {R"(\\)", Value::character('\\')},
              {R"(\;)", Value::character(';')},
              {R"(\,)", Value::character(',')},
              {R"(\@)", Value::character('@')},
              {R"(\1)", Value::character('1')},
              {R"([\a\b])", Value::vector({Value::character('a'), Value::character('b')})},
              {R"([\[\]])", Value::vector({Value::character('['), Value::character(']')})}});
}

TEST(Reader, ReadsKeywords) {
  expect_all({{":a", keyword("a")},
              {":a/b", keyword("a/b")},
              {":a.b/c", keyword("a.b/c")},
              {":a-b*c+d!e?f", keyword("a-b*c+d!e?f")},
              {":1", keyword("1")},
              {":a/1", keyword("a/1")},
              {":nil", keyword("nil")},
              {":a:b", keyword("a:b")},
              {":a#", keyword("a#")},
              {":größe/λ", keyword("größe/λ")},
              {":db.type/string", Value::keyword("db.type", "string")}});
}

TEST(Reader, ReadsSymbols) {
  for (std::string_view text :
       {"a",      "ns/sym", "<=",      "->x", "%",   "$",     "?x",  ".",    "...", "+",   "-",
        "-a",     "+.a",    ".method", "_",   "&",   "a'",    "*x*", "a|b",  "!=",  "=",   "core//",
        "a.b/c-", "x#",     "-main",   "λ",   "-.a", "a:b/c", "%1",  "ns/-", "Inf", "nil?"})
    expect_all({{text, symbol(text)}});
  expect_all({{"/", Value::symbol("", "/")}, {"core//", Value::symbol("core", "/")}});
}

TEST(Reader, ReadsCollections) {
  expect_all({{"[]", Value::vector({})},
              {"()", Value::list({})},
              {"#{}", Value::set({})},
              {"{}", Value::map({})},
              {"[1 2]", Value::vector({1, 2})},
              {"[1,,2,]", Value::vector({1, 2})},
              {"(1 (2))", Value::list({1, Value::list({2})})},
              {"#{2 1}", Value::set({1, 2})},
              {"#{1 1.0 1M}", Value::set({1, 1.0, bigdec("1")})},
              {"{:a 1, :b {:c [2]}}",
               Value::map({{keyword("a"), 1},
                           {keyword("b"), Value::map({{keyword("c"), Value::vector({2})}})}})},
              {"{nil nil [1] #{2}}",
               Value::map({{Value(), Value()}, {Value::vector({1}), Value::set({2})}})},
              {"[a\"b\":c[d]1\"e\"]", Value::vector({symbol("a"), "b", keyword("c"),
                                                     Value::vector({symbol("d")}), 1, "e"})}});
}

TEST(Reader, QualifiesTheKeysOfNamespacedMaps) {
  expect_all({{"#:ns{:a 1 :_/b 2 :c/d 3 \"e\" 4 f 5}", Value::map({{keyword("ns/a"), 1},
                                                                   {keyword("b"), 2},
                                                                   {keyword("c/d"), 3},
                                                                   {"e", 4},
                                                                   {symbol("ns/f"), 5}})},
              {"#:person {:name \"x\"}", Value::map({{keyword("person/name"), "x"}})},
              {"#:a{:b {:c 1}}", Value::map({{keyword("a/b"), Value::map({{keyword("c"), 1}})}})},
              {"#:a.b{}", Value::map({})}});
}

TEST(Reader, SkipsCommentsAndWhatIsDiscarded) {
  const Value one_two = Value::vector({1, 2});
  for (std::string_view text : {"[1 ; a comment ]\n 2]",
                                "[1 #_3 2]",
                                "[1 #_ 3 2]",
                                "[1 2 #_3]",
                                "[#_3 1 2]",
                                "[1 #_[3 4] 2]",
                                "[1 #_#_3 4 2]",
                                "[1 #_ #_ 3 4 2]",
                                "[1 2 #_#_3 4]",
                                "[1 #_ #foo bar 2]",
                                "[1 #_ #inst \"no date\" 2]",
                                "[1 #_ ;c\n 3 2]",
                                "#_0 [1 2]",
                                "[1 2] #_3",
                                "[1 2] ; end",
                                "[1 2];",
                                "\xEF\xBB\xBF[1 2]",
                                "[1\f2\v]",
                                "[1 #_{:a #_ b 1} 2]",
                                "[1 #_\"]\" 2]"})
    expect_all({{text, one_two}});
  expect_all({{"{:a #_ 1 2}", Value::map({{keyword("a"), 2}})},
              {"#foo #_ 1 2", Value::tagged("foo", 2)},
              {"'#_ 1 2", Value::list({symbol("quote"), 2})}});
}

TEST(Reader, ReadsQuotesAndRegexes) {
  expect_all({{"'x", Value::list({symbol("quote"), symbol("x")})},
              {"'(1)", Value::list({symbol("quote"), Value::list({1})})},
              {"''x", Value::list({symbol("quote"), Value::list({symbol("quote"), symbol("x")})})},
              {R"(#"a\d+\"\\")", Value::tagged("regex", R"(a\d+\"\\)")},
              {R"(#"")", Value::tagged("regex", "")},
              {R"(#regex "a\\d")", Value::tagged("regex", R"(a\d)")}});
}

TEST(Reader, ReadsTagsThatAreKinds) {
  const std::uint8_t bytes[] = {0x00, 0xff, 0x1a};
  const float floats[] = {1.5f, 2.0f, 0.1f};
  const double doubles[] = {1.5, 2.0, 0.1};
  expect_all({{"#inst \"2025-11-01\"", Value(instant("2025-11-01"))},
              {"#inst \"2025-11-01T12:30:00.000-00:00\"", Value(instant("2025-11-01T12:30:00Z"))},
              {"#inst\"2025-11-01\"", Value(instant("2025-11-01"))},
              {"#uuid \"550e8400-e29b-41d4-a716-446655440000\"",
               Value(Uuid{0x550e8400e29b41d4, 0xa716446655440000})},
              {"#bytes \"00ff1A\"", Value::bytes(bytes)},
              {"#bytes \"\"", Value::bytes({})},
              {"#float 1.5", Value::float32(1.5f)},
              {"#float 1", Value::float32(1.0f)},
              {"#float ##NaN", Value::float32(std::nanf(""))},
              {"#float ##-Inf", Value::float32(-std::numeric_limits<float>::infinity())},
              {"#bigint 5", bigint("5")},
              {"#bigint 5N", bigint("5")},
              {"#bigint \"-5\"", bigint("-5")},
              {"#bigdec \"1.0\"", bigdec("1.0")},
              {"#bigdec 1.10", bigdec("1.10")},
              {"#bigdec +1.10", bigdec("1.10")},
              {"#bigdec #_ 3 ; c\n 7", bigdec("7")},
              {"#bigdec 7N", bigdec("7")},
              {"#bigdec 1.0M", bigdec("1.0")},
              {"#float-array [1.5 2 0.1]", Value::float_array(floats)},
              {"#float-array []", Value::float_array({})},
              {"#float-array [#float 1.5 2 0.1]", Value::float_array(floats)},
              {"#double-array [1.5 2 0.1]", Value::double_array(doubles)},
              {"#double-array (1.5 2 0.1)", Value::double_array(doubles)}});
  EXPECT_EQ(read("#bigdec 1.10")->as_decimal(), "1.10");
}

TEST(Reader, KeepsTagsItDoesNotKnow) {
  expect_all(
      {{"#db \"name\"", Value::tagged("db", "name")},
       {"#db-as-of [#db \"x\" 7]",
        Value::tagged("db-as-of", Value::vector({Value::tagged("db", "x"), 7}))},
       {"#my.app/thing {:a 1}", Value::tagged("my.app/thing", Value::map({{keyword("a"), 1}}))},
       {"#a #b nil", Value::tagged("a", Value::tagged("b", Value()))}});
}

TEST(Reader, GivesValueAfterValue) {
  Reader reader("1 :a ;c\n [2] #_3 ");
  EXPECT_TRUE(**reader.next() == Value(1));
  EXPECT_EQ(reader.offset(), 1u);
  EXPECT_TRUE(**reader.next() == keyword("a"));
  EXPECT_EQ(reader.offset(), 4u);
  EXPECT_TRUE(**reader.next() == Value::vector({2}));
  EXPECT_EQ(reader.offset(), 12u);
  EXPECT_FALSE(reader.next()->has_value());
  EXPECT_FALSE(reader.next()->has_value());
  EXPECT_EQ(reader.offset(), 17u);
}

TEST(Reader, StaysAtItsFirstError) {
  Reader reader("1 ] 2");
  EXPECT_TRUE(reader.next().ok());
  const auto first = reader.next();
  ASSERT_FALSE(first.ok());
  const auto second = reader.next();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(first.error().message(), second.error().message());
  EXPECT_EQ(reader.offset(), 2u);
}

TEST(Reader, ReadsAllValuesOrNone) {
  EXPECT_EQ(read_all("1 [2] :c")->size(), 3u);
  EXPECT_TRUE(read_all("")->empty());
  EXPECT_TRUE(read_all(" ; nothing\n").value().empty());
  EXPECT_FALSE(read_all("1 2 )").ok());
}

TEST(Reader, SharesTheBlocksOfNames) {
  auto value = read("[:some/keyword :some/keyword some/symbol some/symbol #:some{:keyword 1}]");
  ASSERT_TRUE(value.ok());
  const auto items = value->items();
  EXPECT_EQ(items[0].name().data(), items[1].name().data());
  EXPECT_EQ(items[2].name().data(), items[3].name().data());
  EXPECT_EQ(items[0].name().data(), items[4].entries()[0].first.name().data());
}

TEST(Reader, TellsManyNamesApart) {
  std::string text = "[";
  for (int i = 0; i < 2000; ++i) text += ":k" + std::to_string(i) + " k" + std::to_string(i) + " ";
  auto value = read(text + "]");
  ASSERT_TRUE(value.ok());
  for (int i = 0; i < 2000; ++i) {
    const auto at = static_cast<std::size_t>(2 * i);
    EXPECT_TRUE(value->items()[at].is_keyword("k" + std::to_string(i)));
    EXPECT_TRUE(value->items()[at + 1].is_symbol("k" + std::to_string(i)));
  }
}

std::string nested(std::string_view open, std::string_view core, std::string_view close,
                   int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += open;
  text += core;
  for (int i = 0; i < times; ++i) text += close;
  return text;
}

TEST(Reader, NestsAsDeepAsValuesMayAndNoDeeper) {
  struct Brackets {
    std::string_view open, core, close;
  };
  for (const Brackets& b :
       {Brackets{"[", "1", "]"}, Brackets{"(", "", ")"}, Brackets{"#{", "1", "}"},
        Brackets{"{1 ", "1", "}"}, Brackets{"#tag ", "1", ""}, Brackets{"'", "1", ""},
        Brackets{"#_", "", " 1"}}) {
    SCOPED_TRACE(b.open);
    const auto within = read_all(nested(b.open, b.core, b.close, value::kDepthMax));
    ASSERT_TRUE(within.ok()) << within.error().message();
    if (!within->empty()) {
      EXPECT_EQ(value::depth(within->front()), value::kDepthMax);
    }
    for (int depth : {value::kDepthMax + 3, 100000}) {
      const auto beyond = read_all(nested(b.open, b.core, b.close, depth));
      ASSERT_FALSE(beyond.ok());
      EXPECT_EQ(beyond.error().code(), "edn/depth");
    }
  }
  EXPECT_EQ(read(nested("[", "", "]", value::kDepthMax + 1)).error().code(), "edn/depth");
}

TEST(Reader, CountsNoDepthForTagsThatVanish) {
  for (std::string_view core : {"#float-array [1.0]", "#inst \"2025\"", "#_ [1] 2"}) {
    SCOPED_TRACE(core);
    EXPECT_TRUE(read(nested("[", core, "]", value::kDepthMax)).ok());
  }
  EXPECT_EQ(read(nested("#inst ", "\"2025\"", "", 1000)).error().code(), "edn/depth");
  EXPECT_EQ(read(nested("#float-array [", "1", "]", 1000)).error().code(), "edn/depth");
}

}  // namespace
}  // namespace stele::edn
