// Second requests on a true server of which one answer in many stalls.
#include <atomic>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "net/hedging.h"
#include "net/http_client.h"
#include "net/http_server_testing.h"

namespace stele::net {
namespace {

using Then = ServedResponse::Then;

std::string text_of(const base::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// Answers "body of TARGET"; of the requests to "/stalls", the first one never.
class Stalling {
 public:
  Stalling()
      : server_([this](const ServedRequest& request) -> ServedResponse {
          if (request.target.starts_with("/busy")) return {503, {}, "busy"};
          if (request.target.starts_with("/stalls") && !stalled_.exchange(true))
            return {.then = Then::hang};
          return {200, {}, "body of " + request.target};
        }) {}

  // So many answers that latencies are known and second requests are allowed.
  void warm_up(HttpClient& client, int requests = 100) {
    for (int i = 0; i < requests; ++i)
      EXPECT_TRUE(client.send({.url = server_.url() + "/warm", .hedged = true}).ok());
  }
  std::string url(const std::string& path) const { return server_.url() + path; }
  void stall_again() { stalled_ = false; }
  int requests() const { return server_.requests(); }

 private:
  std::atomic<bool> stalled_{false};
  TestHttpServer server_;
};

TEST(HttpClientHedging, AStalledAnswerIsAskedForOnceMoreAndTheFirstAnswerWins) {
  Stalling server;
  HttpClient client;
  server.warm_up(client);
  const auto before = client.hedges();
  for (int round = 0; round < 3; ++round) {
    server.stall_again();
    const auto answer = client.send({.url = server.url("/stalls"), .hedged = true});
    ASSERT_TRUE(answer.ok()) << answer.problem;
    EXPECT_EQ(text_of(answer.body), "body of /stalls");
  }
  EXPECT_GE(client.hedges().seconds - before.seconds, 3u);
  EXPECT_GE(client.hedges().won - before.won, 3u);
}

TEST(HttpClientHedging, InACrowdEachAnswerGoesToItsOwnRequest) {
  Stalling server;
  HttpClient client({.in_flight_max = 16});
  server.warm_up(client, 200);
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 60; ++i)
    requests.push_back(
        {.url = server.url(base::text(i == 30 ? "/stalls/" : "/", i)), .hedged = true});
  const auto answers = client.send_all(requests);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i].ok()) << answers[i].problem;
    EXPECT_EQ(text_of(answers[i].body), base::text("body of ", i == 30 ? "/stalls/" : "/", i));
  }
}

TEST(HttpClientHedging, ThereIsNoneWhereItWasNotAskedForOrAllowed) {
  Stalling server;
  HttpClient client({.silence_ms = 1'000});
  server.warm_up(client);
  const auto deadline = [] {
    return base::deadline_after(base::system_environment(), 10 * Hedging::kDelayLeastMs);
  };
  const auto seconds = client.hedges().seconds;
  EXPECT_FALSE(client.send({.url = server.url("/stalls"), .deadline = deadline()}).ok());
  server.stall_again();
  EXPECT_FALSE(client
                   .send({.method = "PUT",
                          .url = server.url("/stalls"),
                          .deadline = deadline(),
                          .hedged = true})
                   .ok());
  // Asked too much, the server is left in peace.
  EXPECT_EQ(client.send({.url = server.url("/busy"), .hedged = true}).status, 503);
  server.stall_again();
  EXPECT_FALSE(
      client.send({.url = server.url("/stalls"), .deadline = deadline(), .hedged = true}).ok());
  EXPECT_EQ(client.hedges().seconds, seconds);
}

TEST(HttpClientHedging, ThereIsNoneBeforeLatenciesAreKnown) {
  Stalling server;
  HttpClient client;
  const auto deadline =
      base::deadline_after(base::system_environment(), 10 * Hedging::kDelayLeastMs);
  const auto answer =
      client.send({.url = server.url("/stalls"), .deadline = deadline, .hedged = true});
  EXPECT_EQ(answer.failure, HttpResponse::Failure::timed_out);
  EXPECT_EQ(server.requests(), 1);
}

// One answer in thirty stalls for ever: nobody waits for one.
TEST(HttpClientHedging, CostsAtMostOneRequestInTwentyMore) {
  base::Mutex mutex;
  std::set<std::string> seen;
  TestHttpServer server([&](const ServedRequest& request) -> ServedResponse {
    const base::Lock lock(mutex);
    const int number = std::stoi(request.target.substr(1));
    const bool is_first = seen.insert(request.target).second;
    if (is_first && number > 100 && number % 30 == 0) return {.then = Then::hang};
    return {200, {}, request.target};
  });
  HttpClient client;
  constexpr int kRequests = 600;
  for (int i = 0; i < kRequests; ++i) {
    const auto answer = client.send({.url = base::text(server.url(), '/', i), .hedged = true});
    ASSERT_TRUE(answer.ok()) << answer.problem << " at " << i;
    EXPECT_EQ(text_of(answer.body), base::text('/', i));
  }
  const auto hedges = client.hedges();
  EXPECT_EQ(hedges.requests, static_cast<std::uint64_t>(kRequests));
  EXPECT_GE(hedges.won, 10u);
  EXPECT_LE(hedges.seconds * Hedging::kRequestsForOne, hedges.requests);
  EXPECT_EQ(client.requests_begun(), hedges.requests + hedges.seconds);
}

TEST(HttpClientHedging, WhatASecondRequestFailsWithLeavesTheFirstToItsAnswer) {
  std::atomic<bool> first_waits{false};
  TestHttpServer server([&](const ServedRequest& request) -> ServedResponse {
    if (request.target != "/late") return {};
    if (first_waits.exchange(true)) return {.then = Then::drop};
    base::system_environment().sleep_ms(10 * Hedging::kDelayLeastMs);
    return {200, {}, "late"};
  });
  HttpClient client;
  for (int i = 0; i < 100; ++i) (void)client.send({.url = server.url(), .hedged = true});
  const auto answer = client.send({.url = server.url() + "/late", .hedged = true});
  ASSERT_TRUE(answer.ok()) << answer.problem;
  EXPECT_EQ(text_of(answer.body), "late");
}

TEST(RetryAfter, IsReadInSeconds) {
  const auto told = [](std::string value) {
    HttpResponse response;
    response.headers.push_back({"retry-after", std::move(value)});
    return retry_after_ms(response);
  };
  EXPECT_EQ(told("2"), 2'000);
  EXPECT_EQ(told("0"), 0);
  for (const char* other :
       {"", "soon", "-1", "1.5", "99999999999", "Wed, 21 Oct 2026 07:28:00 GMT"})
    EXPECT_EQ(told(other), 0) << other;
  EXPECT_EQ(retry_after_ms({}), 0);
}

}  // namespace
}  // namespace stele::net
