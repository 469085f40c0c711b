// What the store makes of web servers that fail, stall or serve something else.
#include <atomic>

#include <gtest/gtest.h>

#include "backend/http/http_store.h"
#include "base/text.h"
#include "net/hedging.h"
#include "net/http_server_testing.h"

namespace stele::backend {
namespace {

using net::ServedRequest;
using net::ServedResponse;
using Then = ServedResponse::Then;

Deadline soon(std::int64_t ms) { return base::deadline_after(base::system_environment(), ms); }

std::shared_ptr<Store> open(const std::string& url, std::shared_ptr<net::HttpClient> client = {}) {
  HttpStoreOptions options;
  options.address = HttpAddress::read(url).value();
  options.client = std::move(client);
  return make_http_store(std::move(options));
}

const std::string kPack = "0123456789";

// A site with a head and a pack.
ServedResponse serve(const ServedRequest& request) {
  if (request.target.starts_with("/db/heads/db")) return {200, {{"ETag", "\"1\""}}, "head"};
  if (!request.target.starts_with("/db/packs/a")) return {404, {}, ""};
  const auto range = request.header("range");
  if (range.empty()) return {200, {{"ETag", "\"2\""}}, kPack};
  const auto first = std::stoul(range.substr(6)),
             last = std::stoul(range.substr(range.find('-') + 1));
  return {206,
          {{"ETag", "\"2\""}, {"Content-Range", base::text("bytes ", first, '-', last, "/10")}},
          kPack.substr(first, last - first + 1)};
}

struct Fault {
  const char* name;
  ServedResponse answer;  // to everything
  const char* code;       // of the errors of reading a head, and a part of a pack
  const char* said;
};

ServedResponse raw(std::string bytes) { return {.body = std::move(bytes), .then = Then::raw}; }

const Fault kFaults[] = {
    {"forbidden", {403, {}, ""}, "store/denied", "403"},
    {"unknown", {401, {}, ""}, "store/denied", "401"},
    {"broken", {500, {}, ""}, "store/busy", "500"},
    {"busy", {503, {{"Retry-After", "7"}}, ""}, "store/busy", "7000 ms"},
    {"asked too much", {429, {}, ""}, "store/busy", "429"},
    {"moved",
     {301, {{"Location", "https://u:p@x.example/db?sig=s3cr3t"}}, ""},
     "store/redirect",
     "https://x.example/db"},
    {"a web page",
     {200, {{"Content-Type", "text/html; charset=utf-8"}}, " <html>hi</html>"},
     "store/answer",
     "web page"},
    {"compressed", {200, {{"Content-Encoding", "gzip"}}, "\x1f\x8b..."}, "store/answer", "gzip"},
    {"cut", raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nabc"), "store/broken", "connection"},
    {"dropped", {.then = Then::drop}, "store/broken", "connection"},
    {"no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n"), "store/broken", "no HTTP"},
    {"a teapot", {418, {}, ""}, "store/answer", "418"},
};

TEST(HttpStoreFaults, AreErrorsThatSayWhatAndWhere) {
  for (const auto& fault : kFaults) {
    SCOPED_TRACE(fault.name);
    net::TestHttpServer server([&](const ServedRequest&) { return fault.answer; });
    auto store = open(server.url() + "/db?key=s3cr3t");
    for (const auto& error : {store->read_head("db", {}, 0, soon(20'000)).error(),
                              store->read("packs/a", {2, 3}, soon(20'000)).error(),
                              store->head_names(soon(20'000)).error()}) {
      EXPECT_EQ(error.code(), fault.code) << error.message();
      EXPECT_NE(error.message().find(fault.said), std::string::npos) << error.message();
      EXPECT_NE(error.message().find(server.url()), std::string::npos) << error.message();
      EXPECT_EQ(error.message().find("s3cr3t"), std::string::npos) << error.message();
    }
  }
}

TEST(HttpStoreFaults, WhatIsNotThereIsNoHeadAndNoObject) {
  net::TestHttpServer server(serve);
  auto store = open(server.url() + "/elsewhere");
  EXPECT_TRUE(store->read_head("db", {}, 0, {})->version.absent());
  EXPECT_EQ(store->read("packs/a", {2, 3}, {}).error().code(), "store/missing");
}

TEST(HttpStoreFaults, PartsThatAreOthersOrTooShortAreNotTakenForTheOnesAskedFor) {
  const struct {
    const char* range;
    const char* body;
  } kParts[] = {{"bytes 5-7/10", "567"}, {"bytes 2-4/10", "23"},  {"bytes 2-4/10", "2345"},
                {"bytes */10", "234"},   {"bytes x-y/10", "234"}, {"", "234"}};
  for (const auto& [range, body] : kParts) {
    net::TestHttpServer server([&](const ServedRequest&) {
      return ServedResponse{206, {{"Content-Range", range}}, body};
    });
    const auto read = open(server.url() + "/db")->read("packs/a", {2, 3}, {});
    ASSERT_FALSE(read.ok()) << range << ' ' << body;
    EXPECT_EQ(read.error().code(), "store/answer") << read.error().message();
  }
}

TEST(HttpStoreFaults, WhoHangsIsLeftAtTheDeadline) {
  for (const auto& answer :
       {ServedResponse{.then = Then::hang},
        ServedResponse{200, {{"ETag", "\"1\""}, {"Content-Length", "1000"}}, "abc"}}) {
    net::TestHttpServer server([&](const ServedRequest&) { return answer; });
    auto store = open(server.url() + "/db");
    auto& environment = base::system_environment();
    const auto begin = environment.steady_ms();
    EXPECT_EQ(store->read_head("db", {}, 0, soon(150)).error().code(), "store/deadline");
    EXPECT_EQ(store->read("packs/a", {}, soon(150)).error().code(), "store/deadline");
    EXPECT_EQ(store->head_names(soon(150)).error().code(), "store/deadline");
    EXPECT_LT(environment.steady_ms() - begin, 10'000);
  }
}

TEST(HttpStoreFaults, WhereNobodyListensOrNobodyIsKnownIsSaid) {
  std::string closed;
  { closed = net::TestHttpServer(serve).url(); }
  for (const auto& url : {closed + "/db", std::string("http://nowhere.invalid/db")}) {
    const auto error = open(url)->read_head("db", {}, 0, soon(20'000)).error();
    EXPECT_EQ(error.code(), "store/unreachable") << error.message();
    EXPECT_NE(error.message().find(url), std::string::npos) << error.message();
  }
  net::TestHttpServer server(serve);
  const auto error =
      open("https" + server.url().substr(4) + "/db")->read_head("db", {}, 0, {}).error();
  EXPECT_EQ(error.code(), "store/tls") << error.message();
  EXPECT_NE(error.message().find("ca-bundle"), std::string::npos) << error.message();
}

TEST(HttpStoreFaults, APartThatStallsIsAskedForOnceMore) {
  std::atomic<bool> stalls{false};
  net::TestHttpServer server([&](const ServedRequest& request) {
    return stalls.exchange(false) ? ServedResponse{.then = Then::hang} : serve(request);
  });
  const auto client = std::make_shared<net::HttpClient>();
  auto store = open(server.url() + "/db", client);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(store->read("packs/a", {2, 3}, {}).ok());
  stalls = true;
  const auto read = store->read("packs/a", {2, 3}, {});
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(std::string(read->begin(), read->end()), "234");
  EXPECT_GE(client->hedges().won, 1u);
}

}  // namespace
}  // namespace stele::backend
