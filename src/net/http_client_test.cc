#include "net/http_client.h"

#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "net/http_server_testing.h"

namespace stele::net {
namespace {

using Failure = HttpResponse::Failure;
using Then = ServedResponse::Then;

std::string text_of(const base::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST(HttpClient, GetsStatusHeadersAndBody) {
  TestHttpServer server([](const ServedRequest& request) {
    return ServedResponse{404, {{"X-Told", "  this  "}}, request.method + request.target};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url() + "/a/../b%20c?x=1&y"});
  ASSERT_TRUE(answer.ok()) << answer.problem;
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(text_of(answer.body), "GET/a/../b%20c?x=1&y");
  ASSERT_NE(answer.header("x-told"), nullptr);
  EXPECT_EQ(*answer.header("x-told"), "this");
  EXPECT_EQ(answer.header("x-other"), nullptr);
}

TEST(HttpClient, SendsMethodsHeadersAndBodies) {
  TestHttpServer server([](const ServedRequest& request) {
    return ServedResponse{200,
                          {},
                          base::text(request.method, ' ', request.header("content-length"), ' ',
                                     request.header("if-match"), ' ', request.header("expect"), ' ',
                                     request.body.size())};
  });
  HttpClient client;
  const base::Bytes body(2 << 20, 7);
  const std::vector<Header> headers = {{"If-Match", "\"x\""}};
  const auto said = [&](const char* method, base::ByteView sent) {
    return text_of(
        client.send({.method = method, .url = server.url(), .headers = headers, .body = sent})
            .body);
  };
  EXPECT_EQ(said("PUT", body), "PUT 2097152 \"x\"  2097152");
  EXPECT_EQ(said("PUT", {}), "PUT 0 \"x\"  0");
  EXPECT_EQ(said("POST", base::view("abc")), "POST 3 \"x\"  3");
  EXPECT_EQ(said("DELETE", {}), "DELETE  \"x\"  0");
  EXPECT_EQ(said("HEAD", {}), "");
  EXPECT_EQ(said("GET", {}), "GET  \"x\"  0");
}

TEST(HttpClient, KeepsConnections) {
  TestHttpServer server([](const ServedRequest&) { return ServedResponse{}; });
  HttpClient client;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(client.send({.url = server.url()}).ok());
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client.requests_begun(), 20u);
}

TEST(HttpClient, HasNoMoreInFlightThanAllowed) {
  std::atomic<int> now{0}, most{0};
  TestHttpServer server([&](const ServedRequest& request) {
    const int n = ++now;
    for (int seen = most; n > seen && !most.compare_exchange_weak(seen, n);) {
    }
    base::system_environment().sleep_ms(5);
    --now;
    return ServedResponse{200, {}, request.target};
  });
  HttpClient client({.in_flight_max = 8});
  std::vector<HttpRequest> requests(60);
  for (std::size_t i = 0; i < requests.size(); ++i)
    requests[i].url = base::text(server.url(), "/", i);
  const auto answers = client.send_all(requests);
  ASSERT_EQ(answers.size(), requests.size());
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(text_of(answers[i].body), base::text("/", i));
  EXPECT_LE(most, 8);
  EXPECT_GT(most, 1);
  EXPECT_LE(server.connections(), 8);
}

TEST(HttpClient, ServesManyThreads) {
  TestHttpServer server([](const ServedRequest& request) {
    return ServedResponse{200, {}, request.target};
  });
  HttpClient client;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        const auto path = base::text("/", t, '/', i);
        EXPECT_EQ(text_of(client.send({.url = server.url() + path}).body), path);
      }
    });
  for (auto& thread : threads) thread.join();
}

TEST(HttpClient, SaysThatNobodyListens) {
  std::string url;
  {
    url = TestHttpServer([](const ServedRequest&) { return ServedResponse{}; }).url();
  }
  HttpClient client;
  for (const auto& to : {url, std::string("http://host.invalid/")}) {
    const auto answer = client.send({.method = "PUT", .url = to});
    EXPECT_EQ(answer.failure, Failure::not_connected) << answer.problem;
    EXPECT_FALSE(answer.maybe_sent);
    EXPECT_FALSE(answer.problem.empty());
  }
}

TEST(HttpClient, SaysThatARequestMayHaveArrived) {
  TestHttpServer server([](const ServedRequest&) { return ServedResponse{.then = Then::drop}; });
  HttpClient client;
  const auto answer = client.send({.method = "PUT", .url = server.url(), .body = base::view("x")});
  EXPECT_EQ(answer.failure, Failure::broken) << answer.problem;
  EXPECT_TRUE(answer.maybe_sent);
}

TEST(HttpClient, SaysThatItSentAPutAgainOnANewConnection) {
  std::atomic<int> puts{0};
  TestHttpServer server([&](const ServedRequest&) {
    return ServedResponse{.then = ++puts == 2 ? Then::drop : Then::keep};
  });
  HttpClient client;
  const HttpRequest put{.method = "PUT", .url = server.url(), .body = base::view("x")};
  EXPECT_FALSE(client.send(put).sent_again);
  const auto second = client.send(put);
  ASSERT_TRUE(second.ok()) << second.problem;
  EXPECT_TRUE(second.sent_again);
  EXPECT_EQ(puts, 3);
}

TEST(HttpClient, GivesUpAtTheDeadline) {
  TestHttpServer server([](const ServedRequest&) { return ServedResponse{.then = Then::hang}; });
  HttpClient client;
  auto& environment = base::system_environment();
  const auto begin = environment.steady_ms();
  const auto answer =
      client.send({.url = server.url(), .deadline = base::deadline_after(environment, 700)});
  EXPECT_EQ(answer.failure, Failure::timed_out);
  EXPECT_TRUE(answer.maybe_sent);
  EXPECT_LT(environment.steady_ms() - begin, 10'000);
  const auto late = client.send({.url = server.url(), .deadline = {begin}});
  EXPECT_EQ(late.failure, Failure::timed_out);
  EXPECT_FALSE(late.maybe_sent);
  EXPECT_EQ(server.requests(), 1);
}

TEST(HttpClient, GivesUpOnASilentServer) {
  TestHttpServer server([](const ServedRequest&) { return ServedResponse{.then = Then::hang}; });
  HttpClient client({.silence_ms = 1'000});
  const auto answer = client.send({.url = server.url()});
  EXPECT_EQ(answer.failure, Failure::timed_out) << answer.problem;
}

TEST(HttpClient, DoesNotTakeNonsenseForAnAnswer) {
  for (const char* said :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Le"}) {
    TestHttpServer server(
        [&](const ServedRequest&) { return ServedResponse{.body = said, .then = Then::raw}; });
    HttpClient client;
    const auto answer = client.send({.url = server.url()});
    EXPECT_EQ(answer.failure, Failure::broken) << said;
    EXPECT_FALSE(answer.problem.empty());
  }
}

TEST(HttpClient, DoesNotTakeMoreThanItIsToldTo) {
  TestHttpServer server(
      [](const ServedRequest&) { return ServedResponse{.body = std::string(1001, 'x')}; });
  HttpClient client({.body_bytes_max = 1000});
  const auto answer = client.send({.url = server.url()});
  EXPECT_EQ(answer.failure, Failure::too_large);
  EXPECT_NE(answer.problem.find("1000"), std::string::npos) << answer.problem;
}

TEST(HttpClient, DoesNotTrustWhatSpeaksNoTls) {
  TestHttpServer server([](const ServedRequest&) { return ServedResponse{}; });
  HttpClient client;
  const auto answer = client.send({.url = "https" + server.url().substr(4)});
  EXPECT_EQ(answer.failure, Failure::untrusted) << answer.problem;
  EXPECT_FALSE(answer.maybe_sent);
}

TEST(HttpClient, IsSharedInAProcess) {
  const auto client = shared_http_client("");
  EXPECT_EQ(shared_http_client(""), client);
  EXPECT_NE(shared_http_client("/somewhere/else.pem"), client);
}

TEST(PercentEncoded, LeavesOnlyWhatIsPlain) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a/b c+d=e&\xc3\xa4"), "a%2Fb%20c%2Bd%3De%26%C3%A4");
  EXPECT_EQ(percent_encoded("a/b:c", true), "a/b%3Ac");
}

}  // namespace
}  // namespace stele::net
