#include "app/output/csv.h"

#include <gtest/gtest.h>

#include "edn/reader.h"

namespace stele::app {
namespace {

std::string csv(std::string_view value) {
  Sink out;
  write_csv(out, grid_of(edn::read(value).value()));
  return out.text();
}

TEST(Csv, HasAHeadAndALineForEachRow) {
  EXPECT_EQ(csv(R"([{:name "Widget" :price 9.99} {:name "Tee"}])"),
            "name,price\r\nWidget,9.99\r\nTee,\r\n");
  EXPECT_EQ(csv("[1 2]"), "value\r\n1\r\n2\r\n");
  EXPECT_EQ(csv("nil"), "value\r\n");
}

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv(R"([{:t "a,b"} {:t "say \"hi\""} {:t "two
lines"} {:t ""} {:t " x"} {:t nil} {:t "plain text"}])"),
            "t\r\n\"a,b\"\r\n\"say \"\"hi\"\"\"\r\n\"two\nlines\"\r\n\"\"\r\n\" x\"\r\n\r\n"
            "plain text\r\n");
}

TEST(Csv, WritesScalarsPlainlyAndTheRestAsJson) {
  EXPECT_EQ(
      csv(R"([{:a :k/w :b 9007199254740993 :c 1.50M :d #inst "2025-11-01" :e [1 "x"]}])"),
      "a,b,c,d,e\r\nk/w,9007199254740993,1.50,2025-11-01T00:00:00.000Z,\"[1,\"\"x\"\"]\"\r\n");
}

}  // namespace
}  // namespace stele::app
