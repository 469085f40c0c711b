// What the store makes of servers and networks that fail, stall, or are something else: an error
// that names what, where and how to mend it, in time, and never a state that is half written.
#include <atomic>

#include <gtest/gtest.h>

#include "backend/s3/fake_s3_testing.h"
#include "base/text.h"
#include "net/hedging.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;
using testing_s3::bytes;
using testing_s3::swap;
using testing_s3::text_of;
using Conditions = FakeS3::Conditions;
using Then = net::ServedResponse::Then;
using Answer = std::optional<FakeS3::Response>;

Deadline soon(std::int64_t ms) { return base::deadline_after(base::system_environment(), ms); }

// --- stalling ----------------------------------------------------------------------------------

TEST(S3Faults, AnAnswerThatStallsIsAskedForOnceMore) {
  FakeS3 server;
  server.put("stele/packs/a", "0123456789");
  auto options = server.options();
  options.http = std::make_shared<net::HttpClient>();
  auto store = S3Store::open(options).value();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(store->read("packs/a", {3, 4}, {}).ok());
  std::atomic<bool> stalled{false};
  server.before = [&](const FakeS3::Request& request) -> Answer {
    if (request.method == "GET" && !stalled.exchange(true))
      return FakeS3::Response{.then = Then::hang};
    return std::nullopt;
  };
  const auto read = store->read("packs/a", {3, 4}, {});
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(text_of(*read), "3456");
  EXPECT_GE(options.http->hedges().won, 1u);
  EXPECT_LE(options.http->hedges().seconds * net::Hedging::kRequestsForOne,
            options.http->hedges().requests);
}

TEST(S3Faults, HeadsAndWritesAreNeverSentTwiceForBeingLate) {
  FakeS3 server;
  auto options = server.options();
  options.http = std::make_shared<net::HttpClient>();
  auto store = S3Store::open(options).value();
  auto version = swap(*store, {}, "one");
  for (int i = 0; i < 30; ++i) {
    version = swap(*store, version, base::text(i));
    ASSERT_TRUE(store->read_head("db", {}, 0, {}).ok());
    ASSERT_TRUE(store->write_once(base::text("packs/", i), bytes("x"), {}).ok());
  }
  EXPECT_EQ(options.http->hedges().requests, 0u);
}

// --- asked too much ----------------------------------------------------------------------------

TEST(S3Faults, AServerIsLeftAloneAsLongAsItAsks) {
  FakeS3 server;
  server.put("stele/packs/a", "x");
  auto store = server.open();
  std::atomic<int> refusals{0};
  server.before = [&](const FakeS3::Request&) -> Answer {
    if (++refusals > 1) return std::nullopt;
    auto answer = s3_error(503, "SlowDown");
    answer.headers.push_back({"Retry-After", "1"});
    return answer;
  };
  auto& environment = base::system_environment();
  const auto begin = environment.steady_ms();
  EXPECT_TRUE(store->read("packs/a", {}, {}).ok());
  EXPECT_GE(environment.steady_ms() - begin, 1'000);
  // Who has no time for that is told so at once.
  refusals = 0;
  const auto refused = store->read("packs/a", {}, soon(900));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "store/busy");
  EXPECT_NE(refused.error().message().find("1000 ms"), std::string::npos)
      << refused.error().message();
}

// --- answers that are none ----------------------------------------------------------------------

FakeS3::Response raw(std::string bytes) { return {.body = std::move(bytes), .then = Then::raw}; }

struct Nonsense {
  const char* name;
  FakeS3::Response answer;  // to everything
  const char* code;         // of the error of a read, which is tried again where that may help
};

const Nonsense kNonsense[] = {
    {"cut in the body", raw("HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 900\r\n\r\nabc"),
     "store/broken"},
    {"cut in the headers", raw("HTTP/1.1 200 OK\r\nETa"), "store/broken"},
    {"nothing", {.then = Then::drop}, "store/broken"},
    {"another protocol", raw("SSH-2.0-OpenSSH_9.2\r\n"), "store/broken"},
    {"a negative length", raw("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "store/broken"},
    {"chunks that are none", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
     "store/broken"},
    {"a proxy's page",
     {502, {{"Content-Type", "text/html"}}, "<html>Bad Gateway</html>"},
     "store/busy"},
    {"a login page", {200, {{"Content-Type", "text/html"}}, "<html>Log in</html>"}, "store/answer"},
    {"a redirect", {302, {{"Location", "http://login.example"}}, ""}, "store/refused"},
    {"half an error", {403, {}, "<Error><Code>AccessDen"}, "store/denied"},
    {"an error for ever", s3_error(500, "InternalError"), "store/busy"},
    {"not for this proxy", {407, {}, ""}, "store/refused"},
};

// Whatever the answer is: an error that names the place, in time, and nothing is believed.
TEST(S3Faults, WhatIsNoAnswerIsAnErrorThatNamesThePlace) {
  for (const auto& nonsense : kNonsense) {
    SCOPED_TRACE(nonsense.name);
    FakeS3 server;
    auto store = server.open();
    const auto version = swap(*store, {}, "one");
    ASSERT_TRUE(store->write_once("packs/a", bytes("0123456789"), {}).ok());
    const auto before = server.objects();
    server.before = [&](const FakeS3::Request&) { return nonsense.answer; };
    const auto deadline = soon(20'000);
    for (const auto& error :
         {store->read_head("db", {}, 0, deadline).error(), store->list("", "", deadline).error(),
          store->head_names(deadline).error()}) {
      EXPECT_EQ(error.code(), nonsense.code) << error.message();
      EXPECT_NE(error.message().find(server.url()), std::string::npos) << error.message();
      EXPECT_EQ(error.message().find("s3cr3t"), std::string::npos);
    }
    EXPECT_EQ(store->read("packs/a", {2, 3}, deadline).error().code(), nonsense.code);
    const auto write = store->swap_head("db", version, bytes("two"), soon(300));
    EXPECT_TRUE(write.outcome == Outcome::failed || write.outcome == Outcome::unknown);
    EXPECT_FALSE(store->write_once("packs/b", bytes("x"), deadline).ok());
    EXPECT_FALSE(store->destroy(deadline).ok());
    EXPECT_EQ(server.objects(), before) << "something was changed";
    server.before = nullptr;
    EXPECT_EQ(store->read_head("db", {}, 0, {})->version, version);
  }
}

TEST(S3Faults, AnotherRangeThanTheOneAskedForIsNotTakenForIt) {
  FakeS3 server;
  server.put("stele/packs/a", "0123456789");
  auto store = server.open();
  for (const char* range : {"bytes 5-7/10", "bytes 2-9/10", "bytes */10", "2-4", "bytes 2-4"}) {
    server.before = [&](const FakeS3::Request&) -> Answer {
      return FakeS3::Response{206, {{"ETag", "\"x\""}, {"Content-Range", range}}, "234"};
    };
    const auto read = store->read("packs/a", {2, 3}, {});
    if (read.ok()) {
      // One that says where it begins is taken for what it is.
      EXPECT_NE(text_of(*read), "567") << range;
    } else {
      EXPECT_EQ(read.error().code(), "store/answer") << read.error().message();
    }
  }
}

TEST(S3Faults, ListsThatAreCutOrOfSomethingElseAreErrors) {
  FakeS3 server;
  auto store = server.open();
  for (const char* list :
       {"", "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>",
        "<ListAllMyBucketsResult></ListAllMyBucketsResult>", "{\"Contents\": []}"}) {
    server.before = [&](const FakeS3::Request&) -> Answer {
      return FakeS3::Response{200, {}, list};
    };
    EXPECT_EQ(store->list("packs/", "", {}).error().code(), "store/answer") << list;
  }
}

// --- hanging -----------------------------------------------------------------------------------

TEST(S3Faults, WhoHangsInTheMiddleOfAnAnswerIsLeftAtTheDeadline) {
  net::TestHttpServer server([](const net::ServedRequest&) {
    // More is promised than comes, and the connection stays.
    return net::ServedResponse{200, {{"ETag", "\"x\""}, {"Content-Length", "1000"}}, "abc"};
  });
  auto options = FakeS3().options();
  options.settings.endpoint = server.url();
  auto store = S3Store::open(options).value();
  auto& environment = base::system_environment();
  const auto begin = environment.steady_ms();
  EXPECT_EQ(store->read_head("db", {}, 0, soon(150)).error().code(), "store/deadline");
  EXPECT_EQ(store->read("packs/a", {}, soon(150)).error().code(), "store/deadline");
  EXPECT_EQ(store->list("", "", soon(150)).error().code(), "store/deadline");
  EXPECT_LT(environment.steady_ms() - begin, 10'000);
}

TEST(S3Faults, WithoutADeadlineSilenceEndsACall) {
  FakeS3 server;
  server.before = [](const FakeS3::Request&) { return FakeS3::Response{.then = Then::hang}; };
  auto options = server.options();
  options.http = std::make_shared<net::HttpClient>(net::HttpClientOptions{.silence_ms = 1'000});
  options.retry.attempts_max = 1;
  auto store = S3Store::open(options).value();
  const auto head = store->read_head("db", {}, 0, {});
  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().code(), "store/timeout") << head.error().message();
}

TEST(S3Faults, AHostThatNobodyKnowsIsNamed) {
  auto options = FakeS3().options();
  options.settings.endpoint = "http://nowhere.invalid";
  auto store = S3Store::open(options).value();
  const auto error = store->read_head("db", {}, 0, soon(20'000)).error();
  EXPECT_EQ(error.code(), "store/unreachable") << error.message();
  EXPECT_NE(error.message().find("nowhere.invalid"), std::string::npos);
  const auto write = store->swap_head("db", {}, bytes("x"), soon(20'000));
  EXPECT_EQ(write.outcome, Outcome::failed);
}

// --- regions -----------------------------------------------------------------------------------

TEST(S3Faults, AWrongRegionIsToldInWhicheverWayTheServerTellsIt) {
  auto malformed = s3_error(400, "AuthorizationHeaderMalformed");
  malformed.body.insert(malformed.body.find("</Error>"), "<Region>eu-west-9</Region>");
  auto moved = s3_error(301, "PermanentRedirect");
  moved.headers.push_back({"x-amz-bucket-region", "eu-west-9"});
  auto bare = s3_error(400, "");
  bare.body.clear();  // as HEAD is answered
  bare.headers.push_back({"x-amz-bucket-region", "eu-west-9"});
  for (const auto& answer : {malformed, moved, bare}) {
    FakeS3 server;
    server.before = [&](const FakeS3::Request&) { return answer; };
    const auto error = server.open()->read_head("db", {}, 0, {}).error();
    EXPECT_EQ(error.code(), "store/region") << error.message();
    EXPECT_NE(error.message().find("region=eu-west-9"), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace stele::backend
