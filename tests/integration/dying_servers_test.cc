// Servers that are killed and frozen while processes write: RADOS Gateway on a cluster that keeps
// its objects in a file, and PostgreSQL. Whatever was acknowledged is found afterwards; what is
// found was acknowledged, or was said to be unknown and stands in the log under the nonce that was
// named; and nobody waited longer than he had said.
//
// STELE_KILLS=200 for long.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <thread>

#include "backend/postgres/postgres_server_testing.h"
#include "backend/s3/rados_gateway_testing.h"
#include "base/environment.h"
#include "base/testing_random.h"
#include "base/text.h"
#include "program_testing.h"
#include "scene_testing.h"

namespace stele {
namespace {

using backend::PostgresServer;
using backend::RadosGateway;
using base::text;
using scene::PipeProgram;

constexpr std::int64_t kTimeoutMs = 3'000;
constexpr std::int64_t kSlackMs = 7'000;  // of a busy machine
constexpr std::int64_t kPauseMs = 20;     // after a refusal: servers that are gone refuse at once
constexpr std::int64_t kRecoveryMs = 90'000;

base::Environment& environment() { return base::system_environment(); }

// A process that adds entries to the ledger, each offered once, and keeps what it was told.
class Writer {
 public:
  Writer(const std::string& url, int number) : number_(number) {
    const auto connected = pipe_.ask(text("{:op :connect :id \"l\" :config \"", url, "\"}"));
    EXPECT_TRUE(connected.starts_with("{:ok ")) << connected;
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    stopping_ = true;
    thread_.join();
  }
  int acknowledged() const { return acknowledged_count_; }

  // After stop().
  std::set<std::int64_t> told_done;
  std::map<std::int64_t, std::string> told_unknown;  // with the nonce
  int told_refused = 0;
  std::int64_t longest_ms = 0;
  std::set<std::string> codes;  // of refusals
  std::string nonsense;         // an answer that is none

 private:
  void run() {
    for (std::int64_t n = 0; !stopping_ && nonsense.empty(); ++n) {
      const auto begin_ms = environment().steady_ms();
      const auto answer = pipe_.ask(text("{:op :transact :id \"l\" :timeout-ms ", kTimeoutMs,
                                         " :tx ", scene::ledger_entry(number_, n), "}"));
      longest_ms = std::max(longest_ms, environment().steady_ms() - begin_ms);
      if (answer.starts_with("{:ok ")) {
        told_done.insert(n);
        ++acknowledged_count_;
      } else {
        take_error(n, answer);
      }
    }
  }
  void take_error(std::int64_t n, const std::string& answer) {
    const auto read = read_edn(answer);
    const Value* error = read.ok() ? read->find_keyword("error") : nullptr;
    if (!error) {
      nonsense = text("answer: ", answer);
      return;
    }
    const Value& code = *error->find_keyword("code");
    if (code.is_keyword("transact/unknown-outcome")) {
      const Value* nonce = error->find_keyword("data")->find_keyword("nonce");
      if (!nonce) nonsense = answer;
      if (nonce) told_unknown.emplace(n, to_string(nonce->as_uuid()));
      return;
    }
    codes.insert(write_edn(code));
    ++told_refused;
    environment().sleep_ms(kPauseMs);
  }

  const int number_;
  PipeProgram pipe_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> acknowledged_count_{0};
  std::thread thread_;
};

// What may be done to a server, and what undoes it.
struct Fault {
  const char* begin;
  const char* end;
};

// Writers to one database, each by a road of its own, and what became of what they wrote.
class Ledger {
 public:
  explicit Ledger(const std::vector<std::string>& roads) : url_(roads.front()) {
    { scene::create_schemaless(url_); }
    for (const auto& road : roads)
      writers_.push_back(std::make_unique<Writer>(road, static_cast<int>(writers_.size())));
    await_progress();
  }

  // Waits until every process has something acknowledged that had not been: all is well.
  void await_progress() {
    const auto end = base::deadline_after(environment(), kRecoveryMs);
    for (auto& writer : writers_) {
      for (const int before = writer->acknowledged(); writer->acknowledged() == before;) {
        ASSERT_FALSE(base::passed(end, environment())) << "a process does not get on";
        environment().sleep_ms(5);
      }
    }
  }

  void stop_and_check(int faults) {
    for (auto& writer : writers_) writer->stop();
    const Db db = open(url_).value();
    const auto found = scene::ledger(db);
    std::set<std::string> nonces;
    for (const auto& transaction : db.log().value()) nonces.insert(to_string(transaction.nonce));
    Sums sums;
    for (int w = 0; w < static_cast<int>(writers_.size()); ++w)
      check(w, *writers_[static_cast<std::size_t>(w)], found, nonces, sums);
    EXPECT_EQ(found.size(), sums.done - sums.lost + sums.unknown_found) << "refused, yet written";
    EXPECT_EQ(static_cast<std::size_t>(scene::ledger_entities(db)), found.size()) << "twice";
    const auto verified = scene::run_program(text("verify ", scene::quoted(url_)));
    EXPECT_EQ(verified.status, 0) << verified.out;
    std::printf(
        "    %d faults: %zu acknowledged, %zu of them lost; %zu unknown, %zu of them found; "
        "%zu refused; longest wait %lld ms\n",
        faults, sums.done, sums.lost, sums.unknown, sums.unknown_found, sums.refused,
        static_cast<long long>(sums.longest_ms));
  }

 private:
  struct Sums {
    std::size_t done = 0, lost = 0, unknown = 0, unknown_found = 0, refused = 0;
    std::int64_t longest_ms = 0;
  };

  static void check(int number, const Writer& writer,
                    const std::set<std::pair<std::int64_t, std::int64_t>>& found,
                    const std::set<std::string>& nonces, Sums& sums) {
    EXPECT_EQ(writer.nonsense, "");
    for (const auto n : writer.told_done) sums.lost += !found.count({number, n});
    EXPECT_EQ(sums.lost, 0u) << "of process " << number;
    for (const auto& [n, nonce] : writer.told_unknown) {
      const bool is_found = found.count({number, n}) > 0;
      EXPECT_EQ(nonces.count(nonce) > 0, is_found) << "entry " << n << " of process " << number;
      sums.unknown_found += is_found;
    }
    EXPECT_LE(writer.longest_ms, kTimeoutMs + kSlackMs) << "process " << number;
    sums.done += writer.told_done.size();
    sums.unknown += writer.told_unknown.size();
    sums.refused += static_cast<std::size_t>(writer.told_refused);
    sums.longest_ms = std::max(sums.longest_ms, writer.longest_ms);
    for (const auto& code : writer.codes) std::printf("    refused: %s\n", code.c_str());
  }

  const std::string url_;
  std::vector<std::unique_ptr<Writer>> writers_;
};

// Each fault in turn, in another order each time, until there have been so many; between them the
// processes get on.
template <typename Server>
void run_faults(Server& server, Ledger& ledger, std::vector<Fault> faults, int count,
                std::uint64_t seed) {
  base::TestRandom random(seed);
  for (int i = 0; i < count; ++i) {
    const auto round = static_cast<std::size_t>(i) % faults.size();
    if (round == 0) {
      for (auto left = faults.size(); left > 1; --left)
        std::swap(faults[left - 1], faults[random.below(left)]);
    }
    const Fault& fault = faults[round];
    SCOPED_TRACE(text("fault ", i, " of seed ", seed, ": ", fault.begin));
    environment().sleep_ms(static_cast<std::int64_t>(random.below(300)));
    server.command(fault.begin);
    const bool is_freeze = std::string_view(fault.begin).starts_with("freeze");
    environment().sleep_ms(static_cast<std::int64_t>(random.below(is_freeze ? 4'000 : 400)));
    server.command(fault.end);
    ledger.await_progress();
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(DyingServers, OfAClusterLoseNothingThatWasAcknowledged) {
  auto& server = RadosGateway::durable();
  const auto first = server.url();
  const auto second = server.through_the_second(first);
  Ledger ledger({first, second, first, second});
  const int count = scene::repetitions("KILLS", 8);
  run_faults(server, ledger,
             {{"kill gateway", "start gateway"},
              {"kill second-gateway", "start second-gateway"},
              {"kill osd", "start osd"},
              {"kill mon", "start mon"},
              {"freeze gateway", "thaw gateway"},
              {"freeze second-gateway", "thaw second-gateway"},
              {"freeze osd", "thaw osd"},
              {"freeze mon", "thaw mon"}},
             count, 11);
  ledger.stop_and_check(count);
}

TEST(DyingServers, OfPostgresLoseNothingThatWasAcknowledged) {
  auto& server = PostgresServer::instance();
  const auto url = server.url(PostgresServer::new_prefix());
  Ledger ledger({url, url, url, url});
  const int count = scene::repetitions("KILLS", 9);
  run_faults(server, ledger, {{"kill", "start"}, {"quit", "start"}, {"freeze", "thaw"}}, count, 12);
  ledger.stop_and_check(count);
}

}  // namespace
}  // namespace stele
