// Runs every conformance file on every backend that is written to. What the files write is moved
// into the trees every other time, the first among them, so that their questions are answered from
// objects of the store as well as from its head.
#include <cstdio>
#include <map>

#include <gtest/gtest.h>

#include "../integration/backends_testing.h"
#include "app/pipe.h"
#include "edn/reader.h"
#include "script.h"
#include "script_files.h"

namespace stele::conformance {
namespace {

// What was asked of each backend; told at the end.
struct Asked {
  std::size_t cases = 0, databases = 0, folds = 0;
};
class Tally : public testing::Environment {
 public:
  void TearDown() override {
    for (const auto& [backend, asked] : of)
      std::printf("%zu cases, %zu databases, %zu folds: %s\n", asked.cases, asked.databases,
                  asked.folds, backend.c_str());
  }
  std::map<std::string, Asked> of;
};
Tally* const tally = static_cast<Tally*>(testing::AddGlobalTestEnvironment(new Tally));

// A pipe whose databases are made in places of a backend.
class PipeToABackend {
 public:
  explicit PipeToABackend(const scene::Backend& backend) : backend_(backend) {}
  // Deletes what was made. The pipe does, unless a file leaves a connection to a branch, at which
  // it stops.
  ~PipeToABackend() {
    pipe_.answer("{:op :delete-all}");
    for (const auto& url : made_) {
      if (database_exists(url).value()) delete_database(url).value();
      EXPECT_FALSE(database_exists(url).value()) << url;
    }
  }

  Asked& asked() { return tally->of[backend_.name]; }

  std::string answer(const std::string& request) {
    const auto url = creates_database(request) ? backend_.new_place().url : std::string();
    const auto answer = pipe_.answer(url.empty() ? request : in_store(request, url));
    if (!answer.starts_with("{:ok")) return answer;
    if (!url.empty()) {
      urls_[id_in(request)] = url;
      made_.push_back(url);
      ++asked().databases;
    }
    const bool has_written = !url.empty() || is_transaction(request);
    if (has_written && writes_++ % 2 == 0) fold(id_in(request));
    return answer;
  }

 private:
  static std::string id_in(const std::string& request) {
    const auto form = edn::read(request).value();
    const Value* id = form.find_keyword("id");
    return id && id->is(Kind::string) ? std::string(id->as_string()) : std::string();
  }
  static bool is_transaction(const std::string& request) {
    const auto form = edn::read(request).value();
    return form.find_keyword("op")->is_keyword("transact");
  }
  // As another process would.
  void fold(const std::string& id) {
    if (!urls_.count(id)) return;  // a database whose store the file has chosen
    connect(urls_[id]).value().fold().value();
    ++asked().folds;
  }

  const scene::Backend& backend_;
  app::Pipe pipe_;
  std::map<std::string, std::string>
      urls_;                       // of databases, by the names that the pipe has for them
  std::vector<std::string> made_;  // all URLs
  int writes_ = 0;
};

class ConformanceOf : public testing::TestWithParam<std::tuple<std::size_t, std::string>> {};

TEST_P(ConformanceOf, Answers) {
  const auto& [backend, path] = GetParam();
  const auto questions = read_script(script_text(path));
  ASSERT_TRUE(questions.ok()) << path << ": " << questions.error().message();
  PipeToABackend pipe(scene::backends()[backend]);
  for (const auto& question : *questions) {
    pipe.asked().cases += question.wants != Question::Wants::success;
    const auto wrong = complaint(question, pipe.answer(question.request));
    if (!wrong.empty()) {
      ADD_FAILURE_AT(path.c_str(), static_cast<int>(question.line))
          << question.title << "\n  asked   " << question.request << "\n  " << wrong;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Backends, ConformanceOf,
    testing::Combine(testing::ValuesIn(scene::backends_that(&scene::Backend::is_written)),
                     testing::ValuesIn(script_files())),
    [](const auto& test) {
      const std::string backend = scene::backends()[std::get<0>(test.param)].name;
      return backend + "_" + script_name(std::get<1>(test.param));
    });

}  // namespace
}  // namespace stele::conformance
