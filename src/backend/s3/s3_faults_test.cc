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

}  // namespace
}  // namespace stele::backend
