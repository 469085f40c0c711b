// Several processes write to one database while another folds it, on every backend that is written
// to: what was acknowledged is found, once, and nobody fails. A bucket is written to through two
// gateways at once.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "backends_testing.h"
#include "base/text.h"
#include "program_testing.h"
#include "scene_testing.h"

namespace stele {
namespace {

using base::text;
using scene::Backend;
using scene::PipeProgram;
using scene::Place;
using scene::quoted;
using scene::run_program;

constexpr int kWriters = 4;
using Clock = std::chrono::steady_clock;

// What a process was told of its transactions.
struct Told {
  std::int64_t acknowledged = 0;
  std::string failure;  // the first answer that was none of success
};

// Writes something, and goes on until `end`.
Told write_until(const std::string& url, int writer, Clock::time_point end) {
  Told told;
  PipeProgram pipe;
  told.failure = pipe.ask(text("{:op :connect :id \"ledger\" :config \"", url, "\"}"));
  if (told.failure.starts_with("{:ok ")) told.failure.clear();
  while (told.failure.empty() && (told.acknowledged == 0 || Clock::now() < end)) {
    const auto answer = pipe.ask(text("{:op :transact :id \"ledger\" :tx ",
                                      scene::ledger_entry(writer, told.acknowledged), "}"));
    if (answer.starts_with("{:ok ")) {
      ++told.acknowledged;
    } else {
      told.failure = text("answer: ", answer);
    }
  }
  return told;
}

class EachWrittenBackend : public testing::TestWithParam<std::size_t> {
 protected:
  const Backend& backend() const { return scene::backends()[GetParam()]; }
};

std::vector<std::size_t> written_and_shared() {
  auto places = scene::backends_that(&Backend::is_written);
  std::erase_if(places, [](std::size_t i) { return !scene::backends()[i].is_shared; });
  return places;
}

INSTANTIATE_TEST_SUITE_P(Backends, EachWrittenBackend, testing::ValuesIn(written_and_shared()),
                         [](const auto& backend) {
                           return std::string(scene::backends()[backend.param].name);
                         });

TEST_P(EachWrittenBackend, LosesNothingThatManyProcessesWrote) {
  const auto place = backend().new_place();
  { scene::create_schemaless(place.url); }
  const auto end = Clock::now() + std::chrono::seconds(scene::repetitions("SECONDS", 2));
  Told told[kWriters];
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w)
    threads.emplace_back([&, w] { told[w] = write_until(place.url_of_writer(w), w, end); });
  int folds = 0;
  for (; Clock::now() < end; ++folds) {
    const auto fold = run_program(text("fold ", quoted(place.url)));
    EXPECT_EQ(fold.status, 0) << fold.out;
  }
  for (auto& thread : threads) thread.join();

  std::set<std::pair<std::int64_t, std::int64_t>> acknowledged;
  for (int w = 0; w < kWriters; ++w) {
    EXPECT_EQ(told[w].failure, "") << "writer " << w;
    for (std::int64_t n = 0; n < told[w].acknowledged; ++n) acknowledged.emplace(w, n);
  }
  const auto db = open(place.read_url).value();
  EXPECT_EQ(scene::ledger(db), acknowledged);
  EXPECT_EQ(static_cast<std::size_t>(scene::ledger_entities(db)), acknowledged.size()) << "twice";
  const auto verified = run_program(text("verify ", quoted(place.read_url)));
  EXPECT_EQ(verified.status, 0) << verified.out;
  std::printf("    %zu transactions of %d processes, %d folds of another\n", acknowledged.size(),
              kWriters, folds);
}

}  // namespace
}  // namespace stele
