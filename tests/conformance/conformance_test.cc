// Runs every tests/conformance/*.edn, and the samples of the pages that are written in the same
// form, two ways: in this process, and through `stele pipe`.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "app/pipe.h"
#include "backend/file/scratch_directory_testing.h"
#include "script.h"
#include "script_files.h"

namespace stele::conformance {
namespace {

using Lines = std::vector<std::string>;

Lines answers_in_process(const Lines& requests) {
  app::Pipe pipe;
  Lines answers;
  for (const auto& request : requests) answers.push_back(pipe.answer(request));
  pipe.answer("{:op :delete-all}");  // memory databases live as long as the process
  return answers;
}

Lines answers_of_the_program(const Lines& requests) {
  backend::ScratchDirectory scratch;
  std::ofstream given(scratch.path() + "/requests");
  for (const auto& request : requests) given << request << '\n';
  given.close();
  const std::string command = "cd '" + scratch.path() + "' && '" STELE_PROGRAM "' pipe < requests";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string said;
  std::array<char, 1 << 16> chunk;
  while (auto n = std::fread(chunk.data(), 1, chunk.size(), pipe)) said.append(chunk.data(), n);
  EXPECT_EQ(::pclose(pipe), 0);
  Lines answers;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) answers.push_back(line);
  return answers;
}

struct Way {
  const char* name;
  Lines (*answers)(const Lines& requests);
};
constexpr Way kWays[] = {{"in process", answers_in_process},
                         {"through stele pipe", answers_of_the_program}};

// How many questions with an expectation were asked, and in how many files; told at the end.
class Tally : public testing::Environment {
 public:
  void TearDown() override {
    for (std::size_t i = 0; i < std::size(kWays); ++i) {
      if (files[i]) std::printf("%zu cases in %zu files, %s\n", cases[i], files[i], kWays[i].name);
    }
  }
  std::size_t cases[std::size(kWays)] = {}, files[std::size(kWays)] = {};
};
Tally* const tally = static_cast<Tally*>(testing::AddGlobalTestEnvironment(new Tally));

class Conformance : public testing::TestWithParam<std::tuple<std::string, std::size_t>> {};

TEST_P(Conformance, Answers) {
  const auto& [path, way] = GetParam();
  const auto questions = read_script(script_text(path));
  ASSERT_TRUE(questions.ok()) << path << ": " << questions.error().message();
  Lines requests;
  for (const auto& question : *questions) requests.push_back(question.request);
  const auto answers = kWays[way].answers(requests);
  ASSERT_EQ(answers.size(), requests.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& question = (*questions)[i];
    const auto wrong = complaint(question, answers[i]);
    if (!wrong.empty()) {
      ADD_FAILURE_AT(path.c_str(), static_cast<int>(question.line))
          << question.title << "\n  asked   " << question.request << "\n  " << wrong;
    }
    tally->cases[way] += question.wants != Question::Wants::success;
  }
  ++tally->files[way];
}

INSTANTIATE_TEST_SUITE_P(Files, Conformance,
                         testing::Combine(testing::ValuesIn(script_files()),
                                          testing::Range<std::size_t>(0, std::size(kWays))),
                         [](const auto& file_and_way) {
                           const auto name = script_name(std::get<0>(file_and_way.param));
                           return name + (std::get<1>(file_and_way.param) == 0
                                              ? "_in_process"
                                              : "_through_the_program");
                         });

TEST(Matching, TakesWildcardsRestsAndBags) {
  const auto read = [](std::string_view form) {
    return read_script("[:find ?x] => " + std::string(form)).value()[0].wanted;
  };
  EXPECT_TRUE(matches(read("[1 _ 3]"), read("[1 2 3]")));
  EXPECT_FALSE(matches(read("[1 _]"), read("[1 2 3]")));
  EXPECT_TRUE(matches(read("[1 & _]"), read("[1 2 3]")));
  EXPECT_FALSE(matches(read("[2 & _]"), read("[1 2 3]")));
  EXPECT_TRUE(matches(read("{:a 1 & _}"), read("{:a 1 :b 2}")));
  EXPECT_FALSE(matches(read("{:a 1}"), read("{:a 1 :b 2}")));
  EXPECT_FALSE(matches(read("{:a 1 & _}"), read("{:b 2}")));
  EXPECT_TRUE(matches(read("#bag [[1 _] [2 1]]"), read("[[2 1] [1 3]]")));
  EXPECT_FALSE(matches(read("#bag [1 1 2]"), read("[1 2 2]")));
  EXPECT_TRUE(matches(read("#{[1 _]}"), read("#{[1 2]}")));
  EXPECT_FALSE(matches(read("1"), read("1.0")));
  EXPECT_FALSE(matches(read("1.0M"), read("1.00M")));
}

TEST(Matching, ComplainsOfWhatIsWrong) {
  const auto question = [](std::string_view script) { return read_script(script).value()[0]; };
  EXPECT_EQ(complaint(question("[:find ?x] => 1"), "{:ok 1}"), "");
  EXPECT_NE(complaint(question("[:find ?x] => 1"), "{:ok 2}"), "");
  EXPECT_NE(complaint(question("[:find ?x] => 1"), "{:error {:code :a/b}}"), "");
  EXPECT_EQ(complaint(question("[:find ?x] !! :a/b"), "{:error {:code :a/b}}"), "");
  EXPECT_NE(complaint(question("[:find ?x] !! :a/b"), "{:error {:code :a/c}}"), "");
  EXPECT_NE(complaint(question("[:find ?x]"), "{:error {:code :a/c}}"), "");
  EXPECT_FALSE(read_script("=> 1").ok());
  EXPECT_FALSE(read_script("[:find ?x] => 1 => 2").ok());
  EXPECT_FALSE(read_script("7").ok());
}

}  // namespace
}  // namespace stele::conformance
