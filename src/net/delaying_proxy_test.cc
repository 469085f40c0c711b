#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "net/delaying_proxy_testing.h"
#include "net/http_client.h"
#include "net/http_server_testing.h"

namespace stele::net {
namespace {

using Failure = HttpResponse::Failure;
using Kind = ProxyFault::Kind;
using Side = ProxyFault::Side;

constexpr std::int64_t kRoundTripUs = 30'000;

int port_of(const TestHttpServer& server) {
  return std::atoi(server.url().substr(server.url().rfind(':') + 1).c_str());
}

// A server that answers with method, target and length of what came; and a proxy before it.
struct Way {
  explicit Way(std::int64_t round_trip_us = 0)
      : server([](const ServedRequest& request) {
          if (request.target == "/big") return ServedResponse{200, {}, std::string(3'000'000, 'b')};
          return ServedResponse{
              200, {}, base::text(request.method, ' ', request.target, ' ', request.body.size())};
        }),
        proxy({.target_port = port_of(server), .round_trip_us = round_trip_us}) {}

  HttpResponse send(const std::string& method, const std::string& path, base::ByteView body = {}) {
    return client.send({.method = method, .url = proxy.url() + path, .body = body});
  }
  std::vector<HttpResponse> get_all(int n) {
    std::vector<HttpRequest> requests(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
      requests[static_cast<std::size_t>(i)].url = base::text(proxy.url(), "/", i);
    }
    return client.send_all(requests);
  }

  TestHttpServer server;
  DelayingProxy proxy;
  HttpClient client;
};

TEST(DelayingProxy, HandsOnWhatIsSaid) {
  Way way;
  const base::Bytes body(2'500'000, 7);
  EXPECT_EQ(way.send("GET", "/a?b=c").text(), "GET /a?b=c 0");
  EXPECT_EQ(way.send("PUT", "/p", body).text(), "PUT /p 2500000");
  EXPECT_EQ(way.send("HEAD", "/h").text(), "");
  EXPECT_EQ(way.send("GET", "/big").body.size(), 3'000'000u);
  EXPECT_EQ(way.send("GET", "/z").text(), "GET /z 0");
}

TEST(DelayingProxy, CountsRequestsAndBytes) {
  Way way;
  const base::Bytes body(100'000, 7);
  (void)way.send("GET", "/a");
  (void)way.send("PUT", "/p", body);
  (void)way.send("HEAD", "/h");
  (void)way.send("GET", "/big");
  const auto counts = way.proxy.counts();
  EXPECT_EQ(counts.connections, 1u);
  EXPECT_EQ(counts.requests, 4u);
  EXPECT_EQ(counts.methods,
            (std::map<std::string, std::uint64_t>{{"GET", 2}, {"PUT", 1}, {"HEAD", 1}}));
  EXPECT_EQ(counts.in_flight_max, 1u);
  EXPECT_EQ(counts.rounds, 4u);
  EXPECT_GT(counts.bytes_to_server, 100'000u);
  EXPECT_LT(counts.bytes_to_server, 102'000u);
  EXPECT_GT(counts.bytes_to_client, 3'000'000u);
  EXPECT_LT(counts.bytes_to_client, 3'001'000u);
  const auto requests = way.proxy.requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[1].method, "PUT");
  EXPECT_EQ(requests[1].target, "/p");
  EXPECT_EQ(requests[1].round, 2u);
  EXPECT_EQ(requests[3].status, 200);
  EXPECT_GT(requests[3].response_bytes, 3'000'000u);
}

TEST(DelayingProxy, RequestsIssuedTogetherAreOneRound) {
  Way way(kRoundTripUs);
  for (int round = 1; round <= 3; ++round) {
    for (const auto& answer : way.get_all(20)) EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(way.proxy.counts().rounds, static_cast<std::uint64_t>(round));
  }
  EXPECT_EQ(way.proxy.counts().requests, 60u);
  EXPECT_EQ(way.proxy.counts().in_flight_max, 20u);
  EXPECT_EQ(way.proxy.requests().back().round, 3u);
}

TEST(DelayingProxy, WhatDoesNotFitInFlightIsAnotherRound) {
  Way way(kRoundTripUs);
  HttpClient narrow({.in_flight_max = 4});
  std::vector<HttpRequest> requests(12);
  for (auto& request : requests) request.url = way.proxy.url();
  (void)narrow.send_all(requests);
  EXPECT_GE(way.proxy.counts().rounds, 3u);
  EXPECT_EQ(way.proxy.counts().in_flight_max, 4u);
}

TEST(DelayingProxy, CountsAnew) {
  Way way;
  (void)way.get_all(3);
  way.proxy.reset_counts();
  EXPECT_EQ(way.proxy.counts().requests, 0u);
  (void)way.send("GET", "/x");
  EXPECT_EQ(way.proxy.counts().rounds, 1u);
  ASSERT_EQ(way.proxy.requests().size(), 1u);
  EXPECT_EQ(way.proxy.requests()[0].target, "/x");
}

TEST(DelayingProxy, AnAnswerTakesARoundTripLonger) {
  auto& environment = base::system_environment();
  Way way;
  (void)way.send("GET", "/warm");
  way.proxy.set_round_trip_us(kRoundTripUs);
  const std::int64_t begin_ms = environment.steady_ms();
  (void)way.send("GET", "/x");
  EXPECT_GE(environment.steady_ms() - begin_ms, kRoundTripUs / 1000 - 1);
}

TEST(DelayingProxy, CutsAnAnswerInTheMiddle) {
  Way way;
  way.proxy.add_fault({.kind = Kind::cut, .target_part = "big", .after_bytes = 1'000'000});
  EXPECT_EQ(way.send("GET", "/a").status, 200);
  EXPECT_EQ(way.send("GET", "/big").failure, Failure::broken);
  EXPECT_EQ(way.proxy.faults_done(), 1);
  EXPECT_EQ(way.proxy.requests()[1].response_bytes, 1'000'000u);
  EXPECT_EQ(way.send("GET", "/big").body.size(), 3'000'000u);
}

TEST(DelayingProxy, LosesTheAnswerToWhatWasDone) {
  Way way;
  // The client sends it again over another connection when a kept one breaks without a word.
  way.proxy.add_fault({.kind = Kind::cut, .method = "PUT", .skip = 1, .times = 2});
  EXPECT_EQ(way.send("PUT", "/1", base::view("x")).status, 200);
  EXPECT_EQ(way.server.requests(), 1);
  const auto lost = way.send("PUT", "/2", base::view("y"));
  EXPECT_EQ(lost.failure, Failure::broken);
  EXPECT_TRUE(lost.maybe_sent);
  EXPECT_TRUE(lost.sent_again);
  EXPECT_EQ(way.server.requests(), 3);
}

TEST(DelayingProxy, LosesARequestBeforeItArrives) {
  Way way;
  way.proxy.add_fault({.kind = Kind::cut, .side = Side::request, .times = 2});
  EXPECT_EQ(way.send("PUT", "/x").failure, Failure::broken);
  EXPECT_EQ(way.server.requests(), 0);
}

TEST(DelayingProxy, Garbles) {
  Way way;
  const auto right = way.send("GET", "/big").body;
  // Heads are shorter than that.
  way.proxy.add_fault({.kind = Kind::garble, .after_bytes = 2'000'000});
  const auto wrong = way.send("GET", "/big").body;
  ASSERT_EQ(wrong.size(), right.size());
  EXPECT_EQ(wrong.front(), right.front());
  EXPECT_NE(wrong.back(), right.back());
  EXPECT_EQ(way.send("GET", "/big").body, right);
}

TEST(DelayingProxy, Stalls) {
  Way way;
  way.proxy.add_fault({.kind = Kind::stall, .after_bytes = 1'000'000});
  const Deadline soon = base::deadline_after(base::system_environment(), 100);
  EXPECT_EQ(way.client.send({.url = way.proxy.url() + "/big", .deadline = soon}).failure,
            Failure::timed_out);
}

TEST(DelayingProxy, GoesOnWhenFaultsAreCleared) {
  Way way;
  way.proxy.add_fault({.kind = Kind::stall, .after_bytes = 1'000'000});
  std::thread clearer([&] {
    while (way.proxy.faults_done() == 0) base::system_environment().sleep_ms(1);
    way.proxy.clear_faults();
  });
  EXPECT_EQ(way.send("GET", "/big").body.size(), 3'000'000u);
  clearer.join();
}

TEST(DelayingProxy, CutsAll) {
  Way way;
  EXPECT_EQ(way.send("GET", "/a").status, 200);
  way.proxy.cut_all();
  const auto answer = way.send("GET", "/b");
  EXPECT_EQ(answer.status, 200) << answer.problem;
  EXPECT_EQ(way.proxy.counts().connections, 2u);
}

TEST(DelayingProxy, SaysNothingWhereNobodyListens) {
  int port = 0;
  {
    TestHttpServer server([](const ServedRequest&) { return ServedResponse{}; });
    port = port_of(server);
  }
  DelayingProxy proxy({.target_port = port});
  HttpClient client;
  EXPECT_FALSE(client.send({.url = proxy.url()}).ok());
}

}  // namespace
}  // namespace stele::net
