// docs/pull.md is true: its examples, asked of the database that it shows.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "edn/reader.h"
#include "edn/writer.h"
#include "query/pull_testing.h"

namespace stele::query {
namespace {

std::string page() {
  std::ifstream in("docs/pull.md");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// What stands between the fences that are opened by `fence` and a line's end.
std::vector<std::string> blocks(const std::string& text, const std::string& fence) {
  std::vector<std::string> found;
  const std::string open = "\n" + fence + "\n";
  for (std::size_t at = 0; (at = text.find(open, at)) != text.npos;) {
    const std::size_t begin = at + open.size();
    const std::size_t end = text.find("\n```\n", begin);
    found.push_back(text.substr(begin, end - begin));
    at = end + 4;
  }
  return found;
}

Db database_of(const std::string& maps) {
  std::string lines;
  for (const Value& map : edn::read_all(maps).value()) {
    const std::string e = edn::write(*map.find_keyword("db/id"));
    for (const auto& [attribute, value] : map.entries()) {
      if (attribute.is_keyword("db/id")) continue;
      const Value all = value.is(Kind::vector) ? value : Value::vector({value});
      for (const Value& each : all.items()) {
        lines += base::text("+ ", e, " ", edn::write(attribute), " ", edn::write(each), "\n");
      }
    }
  }
  return database({declare(101, ":person/name", ":db.type/string") +
                       declare(102, ":person/email", ":db.type/string", false,
                               ":db/unique :db.unique/identity") +
                       declare(103, ":person/tag", ":db.type/keyword", true) +
                       declare(104, ":person/friend", ":db.type/ref", true) +
                       declare(105, ":order/line", ":db.type/ref", true, ":db/isComponent true") +
                       declare(106, ":order/buyer", ":db.type/ref") +
                       declare(107, ":song/next", ":db.type/ref"),
                   lines});
}

void expect_true(const Db& db, const std::string& example) {
  std::size_t at = 0;
  const auto take_to = [&](std::string_view mark) {
    const std::size_t end = example.find(mark, at);
    const std::string taken = example.substr(at, end - at);
    at = end == example.npos ? end : end + mark.size();
    return taken;
  };
  EXPECT_EQ("", take_to("pull ")) << example;
  const std::string pattern = take_to(" of ");
  const std::string eid = take_to("\n");
  const std::string said = pulled(db, pattern, form(eid));
  if (example.compare(at, 3, "=> ") == 0) {
    EXPECT_EQ(canonical(example.substr(at + 3)), said) << example;
  } else {
    EXPECT_EQ(0u, ("!! :" + said.substr(3)).find(example.substr(at))) << example << said;
  }
}

TEST(PullPage, IsTrue) {
  const std::string text = page();
  const Db db = database_of(blocks(text, "```edn").at(0));
  int examples = 0;
  for (const std::string& block : blocks(text, "```")) {
    if (block.compare(0, 5, "pull ") != 0) continue;  // text between two blocks
    for (std::size_t at = 0; at != block.npos; ++examples) {
      const std::size_t end = block.find("\n\npull ", at);
      expect_true(db, block.substr(at, end == block.npos ? end : end - at));
      at = end == block.npos ? end : end + 2;
    }
  }
  int written = 0;
  for (std::size_t at = 0; (at = text.find("\npull ", at)) != text.npos; ++at) ++written;
  EXPECT_EQ(written, examples);
  EXPECT_GE(examples, 20);
}

}  // namespace
}  // namespace stele::query
