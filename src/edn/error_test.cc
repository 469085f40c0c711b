#include <gtest/gtest.h>

#include "edn/place.h"
#include "edn/reader.h"

namespace stele::edn {
namespace {

struct Refusal {
  std::string_view text;
  std::string_view code;
  int line;
  int column;
  std::string_view says;  // somewhere in the message
};

void expect_all(std::initializer_list<Refusal> refusals) {
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.text);
    const auto value = read(refusal.text);
    if (value.ok()) {
      ADD_FAILURE() << "it can be read";
      continue;
    }
    const Error& error = value.error();
    EXPECT_EQ(error.category(), ErrorCategory::invalid);
    EXPECT_EQ(error.code(), refusal.code) << error.message();
    EXPECT_TRUE(*error.data().find_keyword("line") == Value(refusal.line)) << error.message();
    EXPECT_TRUE(*error.data().find_keyword("column") == Value(refusal.column)) << error.message();
    EXPECT_NE(error.message().find(refusal.says), std::string::npos) << error.message();
  }
}

TEST(ReaderError, SaysWhatWasOpenedAndWhere) {
  expect_all({{"", "edn/eof", 1, 1, "no value"},
              {" ; c\n", "edn/eof", 2, 1, "no value"},
              {"#_1", "edn/eof", 1, 4, "no value"},
              {"[1 2", "edn/eof", 1, 1, "the vector opened here is never closed"},
              {"[1\n (2", "edn/eof", 2, 2, "the list opened here"},
              {"[1 #{", "edn/eof", 1, 4, "the set opened here"},
              {"{:a {:b 1}", "edn/eof", 1, 1, "the map opened here"},
              {"#:a{:b", "edn/eof", 1, 4, "the map opened here"},
              {"[\"abc]", "edn/eof", 1, 2, "the string opened here"},
              {"\"abc\\", "edn/eof", 1, 1, "the string opened here"},
              {"\"a\\nbc", "edn/eof", 1, 1, "the string opened here"},
              {" #\"a\\\"", "edn/eof", 1, 2, "the regex opened here"},
              {"[1 #", "edn/eof", 1, 4, "behind #"},
              {"##", "edn/eof", 1, 1, "##Inf"},
              {"#:", "edn/eof", 1, 1, "#:"},
              {"#:a", "edn/eof", 1, 1, "#:a has no map"},
              {"\\", "edn/eof", 1, 1, "character"},
              {"'", "edn/eof", 1, 1, "the quote"},
              {"#foo", "edn/eof", 1, 1, "the tag #foo has no value behind it"},
              {"1 #_", "edn/eof", 1, 3, "nothing behind it to discard"},
              {"#_ #_ 1", "edn/eof", 1, 1, "nothing behind it to discard"}});
}

TEST(ReaderError, NamesTheBracketThatDoesNotFit) {
  expect_all({{"]", "edn/syntax", 1, 1, "] closes nothing"},
              {"1 )", "edn/syntax", 1, 3, "begins another"},
              {"[1 2)", "edn/syntax", 1, 5, "the vector opened at line 1, column 1 wants ]"},
              {"{:a\n  [1 }", "edn/syntax", 2, 6, "the vector opened at line 2, column 3 wants ]"},
              {"[#foo]", "edn/syntax", 1, 2, "the tag #foo has no value"},
              {"[1 #_]", "edn/syntax", 1, 4, "nothing behind it"},
              {"[']", "edn/syntax", 1, 2, "the quote"},
              {"1 2", "edn/syntax", 1, 3, "one value was wanted"},
              {"{:a}", "edn/syntax", 1, 4, "a map needs a value for every key; :a has none"},
              {"{:a 1 :b #_ 2}", "edn/syntax", 1, 14, ":b has none"}});
}

TEST(ReaderError, RefusesWhatIsNoNumber) {
  expect_all({{"012", "edn/number", 1, 1, "012 begins with a zero"},
              {"-012", "edn/number", 1, 1, "zero"},
              {"00", "edn/number", 1, 1, "zero"},
              {"00.5", "edn/number", 1, 1, "zero"},
              {"[1/2]", "edn/number", 1, 2, "1/2 is a ratio"},
              {"1.", "edn/number", 1, 1, "needs a digit behind its point"},
              {"[.5]", "edn/number", 1, 2, "needs a digit before its point"},
              {"-.5", "edn/number", 1, 1, "needs a digit before its point"},
              {"1.5N", "edn/number", 1, 1, "is no integer"},
              {"1e5N", "edn/number", 1, 1, "is no integer"},
              {"12abc", "edn/number", 1, 1, "12abc is no number"},
              {"0x1F", "edn/number", 1, 1, "is no number"},
              {"1e", "edn/number", 1, 1, "is no number"},
              {"1e+", "edn/number", 1, 1, "is no number"},
              {"1.2.3", "edn/number", 1, 1, "is no number"},
              {"1NN", "edn/number", 1, 1, "is no number"},
              {"1-2", "edn/number", 1, 1, "is no number"},
              {"1e999", "edn/number", 1, 1, "beyond what a double can hold"},
              {"-1e999", "edn/number", 1, 1, "beyond what a double can hold"},
              {"1e-999", "edn/number", 1, 1, "beyond what a double can hold"},
              {"##Infinity", "edn/syntax", 1, 1, "##Infinity is no number"}});
}

TEST(ReaderError, RefusesWhatIsNoName) {
  expect_all({{":", "edn/syntax", 1, 1, "a colon alone is no keyword"},
              {"[: a]", "edn/syntax", 1, 2, "a colon alone"},
              {"[::a]", "edn/syntax", 1, 2, "write the namespace out"},
              {":a/", "edn/syntax", 1, 1, "nothing behind its slash"},
              {"a/", "edn/syntax", 1, 1, "nothing behind its slash"},
              {"/a", "edn/syntax", 1, 1, "nothing before its slash"},
              {":/", "edn/syntax", 1, 1, "nothing stands before the slash"},
              {":/a", "edn/syntax", 1, 1, "nothing stands before the slash"},
              {"a/b/c", "edn/syntax", 1, 1, "more than one slash"},
              {"a:", "edn/syntax", 1, 1, "colon"},
              {":a::b", "edn/syntax", 1, 1, "colon"},
              {"a\u00A0b", "edn/syntax", 1, 1, "the invisible character U+00A0"},
              {"#a/ 1", "edn/syntax", 1, 1, "nothing behind its slash"},
              {"#::a{:b 1}", "edn/syntax", 1, 1, "#: wants the namespace"},
              {"#:a/b{:b 1}", "edn/syntax", 1, 1, "#: wants the namespace"},
              {"#:#a{b 1}", "edn/syntax", 1, 6, "#a/b cannot be a symbol"},
              {"#:1{:b 1 b 2}", "edn/syntax", 1, 10, "1/b cannot be a symbol"},
              {"#:a{_/nil 1}", "edn/syntax", 1, 5, "nil cannot be a symbol"},
              {"#:a [1]", "edn/syntax", 1, 1, "#:a has no map behind it"}});
}

TEST(ReaderError, RefusesEscapesAndCharactersItDoesNotKnow) {
  expect_all({{R"("ab\x")", "edn/syntax", 1, 4, "\\x is no escape"},
              {R"("ok\n\é")", "edn/syntax", 1, 6, "\\é is no escape"},
              {R"("\u12")", "edn/syntax", 1, 2, "four hexadecimal digits"},
              {R"("\u12G4")", "edn/syntax", 1, 2, "four hexadecimal digits"},
              {R"("\uD83D")", "edn/syntax", 1, 2, "half of a surrogate pair"},
              {R"("\uD83D\u0041")", "edn/syntax", 1, 2, "half of a surrogate pair"},
              {R"("\uDE00\uD83D")", "edn/syntax", 1, 2, "half of a surrogate pair"},
              {R"("\400")", "edn/syntax", 1, 2, "above \\377"},
              {R"(\ab)", "edn/syntax", 1, 1, "\\ab is no character"},
              {R"(\newlin)", "edn/syntax", 1, 1, "\\newlin is no character"},
              {R"(\(a)", "edn/syntax", 1, 1, "\\(a is no character"},
              {R"(\ a)", "edn/syntax", 1, 1, "\\space"},
              {R"(\u12)", "edn/syntax", 1, 1, "four hexadecimal digits"},
              {R"(\uD83D)", "edn/syntax", 1, 1, "surrogate"},
              {R"(\o400)", "edn/syntax", 1, 1, "octal"},
              {R"(\o9)", "edn/syntax", 1, 1, "octal"}});
}

TEST(ReaderError, RefusesWhatIsCodeAndNotData) {
  expect_all({{"^:a [1]", "edn/syntax", 1, 1, "metadata"},
              {"[@a]", "edn/syntax", 1, 2, "Clojure code"},
              {"`a", "edn/syntax", 1, 1, "Clojure code"},
              {"~a", "edn/syntax", 1, 1, "Clojure code"},
              {"#(+ 1)", "edn/syntax", 1, 1, "#( begins nothing"},
              {"#'a", "edn/syntax", 1, 1, "#' begins nothing"},
              {"#=(a)", "edn/syntax", 1, 1, "#= begins nothing"},
              {"#1", "edn/syntax", 1, 1, "a tag begins with a letter"},
              {std::string_view("[\0]", 3), "edn/syntax", 1, 2, "U+0000"}});
}

TEST(ReaderError, RefusesDuplicates) {
  expect_all({{"#{1 2 1}", "edn/duplicate", 1, 7, "1 is already in this set, at line 1, column 3"},
              {"#{1 2 2 1}", "edn/duplicate", 1, 7, "2 is already"},
              {"#{1 1N}", "edn/duplicate", 1, 5, "1N is already"},
              {"{:a 1\n :b 2\n :a 3}", "edn/duplicate", 3, 2,
               ":a is already in this map, at line 1, column 2"},
              {"{[1] 1 (1) 2}", "edn/duplicate", 1, 8, "already"},
              {"#:a{:b 1 :a/b 2}", "edn/duplicate", 1, 10, ":a/b is already"},
              {"[#{3} {#{1 2} 1 #{2 1} 2}]", "edn/duplicate", 1, 17, "#{1 2} is already"}});
}

TEST(ReaderError, RefusesTagsOnTheWrongValue) {
  expect_all({{"#inst 5", "edn/tag", 1, 1, "#inst wants a string such as"},
              {"[#inst \"yesterday\"]", "edn/instant", 1, 2, ""},
              {"#inst \"2025-13-01\"", "edn/instant", 1, 1, ""},
              {"#uuid 5", "edn/tag", 1, 1, "#uuid wants"},
              {"#uuid \"550e8400\"", "edn/uuid", 1, 1, ""},
              {"#bytes \"abc\"", "edn/tag", 1, 1, "two for each byte"},
              {"#bytes \"zz\"", "edn/tag", 1, 1, "this is \"zz\""},
              {"#bytes [1]", "edn/tag", 1, 1, "this is [1]"},
              {"#float \"1\"", "edn/tag", 1, 1, "#float wants"},
              {"#float 1e300", "edn/number", 1, 1, "beyond what a float can hold"},
              {"#float-array 1", "edn/tag", 1, 1, "a vector of numbers"},
              {"#float-array [1 :a]", "edn/tag", 1, 1, "this is :a"},
              {"#double-array [nil]", "edn/tag", 1, 1, "this is nil"},
              {"#bigint 1.5", "edn/tag", 1, 1, "#bigint wants"},
              {"#bigint \"x\"", "edn/number", 1, 1, ""},
              {"#bigdec :a", "edn/tag", 1, 1, "#bigdec wants"},
              {"#bigdec ##Inf", "edn/tag", 1, 1, "#bigdec wants"},
              {"#bigdec \"1,5\"", "edn/number", 1, 1, ""}});
}

TEST(ReaderError, RefusesWhatIsNotUtf8) {
  expect_all({{"[1 \xFF]", "edn/syntax", 1, 4, "not UTF-8"},
              {"\"\xC0\x80\"", "edn/syntax", 1, 2, "not UTF-8"},
              {"\"\xED\xA0\x80\"", "edn/syntax", 1, 2, "not UTF-8"},
              {"\"ü\"\n; \xE2\x82", "edn/syntax", 2, 3, "not UTF-8"},
              {"\"\xF4\x90\x80\x80\"", "edn/syntax", 1, 2, "not UTF-8"}});
}

TEST(ReaderError, ShowsTheLineWithACaret) {
  const auto value = read("{:id 7\n :note nil\n :is {:name \"x\" :age}}\n");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(
      value.error().message(),
      "unreadable EDN at line 3, column 21: a map needs a value for every key; :age has none\n"
      "  3 |  :is {:name \"x\" :age}}\n"
      "    |                     ^");
  EXPECT_TRUE(*value.error().data().find_keyword("offset") == Value(38));
}

TEST(ReaderError, CountsColumnsInCodePoints) {
  EXPECT_EQ(read("[\"λ😀\"\t012]").error().message(),
            "unreadable EDN at line 1, column 7: 012 begins with a zero, which would be octal "
            "elsewhere: write it without\n"
            "  1 | [\"λ😀\" 012]\n"
            "    |       ^");
}

TEST(ReaderError, CutsLongLinesAroundTheCaret) {
  const std::string text = "[" + std::string(1000, ' ') + "λλ ] )" + std::string(500, 'x') + "\nz";
  const Error error = read(text).error();
  EXPECT_EQ(error.message(),
            "unreadable EDN at line 1, column 1007: one value was wanted, and here begins another\n"
            "  1 | …" +
                std::string(43, ' ') + "λλ ] )" + std::string(23, 'x') + "…\n" + "    | " +
                std::string(49, ' ') + "^");
}

TEST(ReaderError, KeepsLongTokensOutOfTheMessage) {
  const Error error = read("1" + std::string(100000, 'x')).error();
  EXPECT_LT(error.message().size(), 400u);
}

TEST(Place, CountsFromOne) {
  EXPECT_EQ(place_of("", 0).line, 1u);
  EXPECT_EQ(place_of("", 0).column, 1u);
  EXPECT_EQ(place_of("a\nb", 1).line, 1u);
  EXPECT_EQ(place_of("a\nb", 1).column, 2u);
  EXPECT_EQ(place_of("a\nb", 2).line, 2u);
  EXPECT_EQ(place_of("a\nb", 3).column, 2u);
  EXPECT_EQ(to_string(place_of("ab\ncd", 4)), "line 2, column 2");
}

}  // namespace
}  // namespace stele::edn
