#include "app/output/json.h"

#include <gtest/gtest.h>

#include "edn/reader.h"

namespace stele::app {
namespace {

std::string json(std::string_view value) {
  std::string out;
  append_json(out, edn::read(value).value());
  return out;
}

std::string rows(std::string_view value, bool newline_delimited = false) {
  Sink out;
  const Grid grid = grid_of(edn::read(value).value());
  newline_delimited ? write_ndjson(out, grid) : write_json(out, grid);
  return out.text();
}

TEST(Json, WritesEachKindAsTheHeaderSays) {
  EXPECT_EQ(json("nil"), "null");
  EXPECT_EQ(json("true"), "true");
  EXPECT_EQ(json("-7"), "-7");
  EXPECT_EQ(json("9.99"), "9.99");
  EXPECT_EQ(json("1.0"), "1.0");
  EXPECT_EQ(json("1e300"), "1e+300");
  EXPECT_EQ(json("#float 0.1"), "0.1");
  EXPECT_EQ(json("1.50M"), R"("1.50")");
  EXPECT_EQ(json(":product/sku"), R"("product/sku")");
  EXPECT_EQ(json("sym"), R"("sym")");
  EXPECT_EQ(json("\\a"), R"("a")");
  EXPECT_EQ(json("#inst \"2025-11-01\""), R"("2025-11-01T00:00:00.000Z")");
  EXPECT_EQ(json("#uuid \"550e8400-e29b-41d4-a716-446655440000\""),
            R"("550e8400-e29b-41d4-a716-446655440000")");
  EXPECT_EQ(json("#bytes \"00ff\""), R"("00ff")");
  EXPECT_EQ(json("[1 (2) #{4 3}]"), "[1,[2],[3,4]]");
  EXPECT_EQ(json("#float-array [1.5 2]"), "[1.5,2.0]");
  EXPECT_EQ(json(R"({:a {"b" 1} [1] 2})"), R"({"a":{"b":1},"[1]":2})");
  EXPECT_EQ(json("#my/tag [1]"), R"({"#my/tag":[1]})");
}

TEST(Json, LosesNoDigits) {
  EXPECT_EQ(json("9007199254740992"), "9007199254740992");
  EXPECT_EQ(json("9007199254740993"), R"("9007199254740993")");
  EXPECT_EQ(json("-9007199254740993"), R"("-9007199254740993")");
  EXPECT_EQ(json("-9223372036854775808"), R"("-9223372036854775808")");
  EXPECT_EQ(json("12345678901234567890N"), R"("12345678901234567890")");
  EXPECT_EQ(json("##NaN"), R"("NaN")");
  EXPECT_EQ(json("##-Inf"), R"("-Infinity")");
}

TEST(Json, EscapesTexts) {
  EXPECT_EQ(json("\"a\\\"b\\\\c\\n\\t\\u0001ü\""), R"("a\"b\\c\n\t\u0001ü")");
}

TEST(Json, WritesRowsAsObjects) {
  EXPECT_EQ(rows(R"([{:n 1 :m "a"} {:n 2}])"), "[{\"m\":\"a\",\"n\":1},\n {\"n\":2}]\n");
  EXPECT_EQ(rows(R"([{:n 1 :m "a"} {:n 2}])", true), "{\"m\":\"a\",\"n\":1}\n{\"n\":2}\n");
  EXPECT_EQ(rows("[1 2]"), "[1,\n 2]\n");
  EXPECT_EQ(rows("[]"), "[]\n");
  EXPECT_EQ(rows("{:a 1}"), "{\"a\":1}\n");
  EXPECT_EQ(rows("nil"), "null\n");
}

}  // namespace
}  // namespace stele::app
