// Every file of queries/ is asked of the sample archive and finds something there.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "deb822.h"
#include "samples_testing.h"

namespace debian {
namespace {

constexpr const char* kFolder = "examples/debian/queries";

struct QueryFile {
  std::string question, arguments, query;
};

QueryFile read_query_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  QueryFile file;
  std::getline(in, file.question);
  std::getline(in, file.arguments);
  std::stringstream rest;
  rest << in.rdbuf();
  file.query = rest.str();
  return file;
}

// What may stand behind a query on the command line, and what it means here.
const std::vector<std::pair<std::string, stele::Input>>& known_arguments() {
  static const auto known = [] {
    const auto catalog = sample_catalog("catalog-asked").db().value();
    const auto inventory = sample_inventory("inventory-asked").db().value();
    return std::vector<std::pair<std::string, stele::Input>>{
        {"file:catalog@{earlier}", catalog.as_of(kFirstDate)},
        {"file:catalog", catalog},
        {"file:inventory", inventory},
        {R"('#db-since ["file:catalog" #inst "{since}"]')", catalog.since(kFirstDate)},
        {R"('#db-history "file:catalog"')", catalog.history()},
        {R"('"{package}"')", stele::Value("libgrand")},
        {R"('"make"')", stele::Value("make")},
    };
  }();
  return known;
}

std::vector<stele::Input> inputs_of(std::string_view arguments) {
  std::vector<stele::Input> inputs;
  while (!(arguments = trimmed(arguments)).empty() && !arguments.starts_with("--")) {
    const auto& known = known_arguments();
    const auto match = std::find_if(known.begin(), known.end(), [&](const auto& one) {
      return arguments.starts_with(one.first);
    });
    if (match == known.end()) {
      ADD_FAILURE() << "an argument that the test does not know: " << arguments;
      return inputs;
    }
    inputs.push_back(match->second);
    arguments.remove_prefix(match->first.size());
  }
  return inputs;
}

std::vector<std::filesystem::path> query_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class QueryFiles : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(QueryFiles, finds_something) {
  const auto file = read_query_file(GetParam());
  EXPECT_TRUE(file.question.starts_with("; ")) << "the first line is the question";
  ASSERT_TRUE(file.arguments.starts_with("; ")) << "the second line is what the query is asked of";
  const auto inputs = inputs_of(std::string_view(file.arguments).substr(2));
  const auto rows = stele::q(file.query, inputs);
  ASSERT_TRUE(rows.ok()) << rows.error().message();
  EXPECT_GT(rows->rows(), 0u);
}

TEST_P(QueryFiles, fits_on_a_screen) {
  std::ifstream in(GetParam());
  for (std::string line; std::getline(in, line);) EXPECT_LE(line.size(), 99u) << line;
}

std::string name_of_case(const testing::TestParamInfo<std::filesystem::path>& info) {
  auto name = info.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(queries, QueryFiles, testing::ValuesIn(query_files()), name_of_case);

TEST(queries, the_newest_version_is_what_history_ends_with) {
  const auto file = read_query_file(std::string(kFolder) + "/12-history.edn");
  const auto rows = stele::q(file.query, inputs_of(file.arguments.substr(2))).value();
  ASSERT_EQ(rows.rows(), 3u);  // it came, it went, the next one came
  EXPECT_EQ(rows.get<std::string_view>(2, 1), "7.1-1+fix2");
  EXPECT_TRUE(rows.get<bool>(2, 2));
}

}  // namespace
}  // namespace debian
