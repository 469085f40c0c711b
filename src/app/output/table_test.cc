#include "app/output/table.h"

#include <gtest/gtest.h>

#include "app/output/text_width.h"
#include "edn/reader.h"

namespace stele::app {
namespace {

std::string table_of(std::string_view value, std::size_t width = 0) {
  Sink out;
  write_table(out, grid_of(edn::read(value).value()), width);
  return out.text();
}

TEST(Table, AlignsNumbersToTheRightAndTextToTheLeft) {
  EXPECT_EQ(table_of(R"([{:name "Widget" :n 7} {:name "Tee" :n 1200}])"),
            "   :n   :name\n"
            "───────────────\n"
            "    7   Widget\n"
            " 1200   Tee\n"
            "2 rows\n");
}

TEST(Table, ShowsNestedValuesOnOneLineAndAbsentOnesAsNothing) {
  EXPECT_EQ(table_of(R"([{:a [1 {:b "x"}]} {:c "two
lines"}])"),
            " :a             :c\n"
            "───────────────────────────\n"
            " [1 {:b \"x\"}]\n"
            "                two\\nlines\n"
            "2 rows\n");
}

TEST(Table, ShowsAMapLengthwise) {
  EXPECT_EQ(table_of(R"({:db/id 7 :name "Ann" :born #inst "1999-12-31"})"),
            " attribute   value\n"
            "──────────────────────────────────────\n"
            " :born       1999-12-31T00:00:00.000Z\n"
            " :name       Ann\n"
            " :db/id      7\n");
}

TEST(Table, CutsTheWidestTextsToTheTerminal) {
  const std::string long_text(60, 'x');
  const auto told = table_of("[{:a \"" + long_text + "\" :b \"short\" :n 123456789}]", 40);
  EXPECT_NE(told.find("x…   short   123456789\n"), std::string::npos) << told;
  for (std::size_t at = 0, end; (end = told.find('\n', at)) != std::string::npos; at = end + 1) {
    EXPECT_LE(text_width(std::string_view(told).substr(at, end - at)), 40u);
  }
}

TEST(Table, CutsNumbersOnlyWhenTextsAreShortAlready) {
  const auto told = table_of(R"([{:a "abcdefghij" :n 12345678901234}])", 20);
  EXPECT_NE(told.find("abcdefg…   1234"), std::string::npos) << told;
}

TEST(TextWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(text_width("Größe"), 5u);
  EXPECT_EQ(text_width("日本"), 4u);
  EXPECT_EQ(text_width("e\u0301"), 1u);
  EXPECT_EQ(text_width("\xFF\xFE"), 2u);
  EXPECT_EQ(fitted("日本語", 5), "日本…");
  EXPECT_EQ(fitted("日本語", 4), "日…");
  EXPECT_EQ(fitted("abc", 3), "abc");
  EXPECT_EQ(on_one_line("a\tb\r\n\x1b[0m"), "a\\tb\\r\\n\\u001b[0m");
}

}  // namespace
}  // namespace stele::app
