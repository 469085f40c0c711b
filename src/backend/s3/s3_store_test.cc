// The store on a server in memory: the conformance suite in each dialect, what is asked of the
// server, and what is made of servers that misbehave.
#include "backend/s3/s3_store.h"

#include <atomic>
#include <set>

#include <gtest/gtest.h>

#include "backend/s3/fake_s3_testing.h"
#include "base/text.h"
#include "net/http_server_testing.h"
#include "store/store_conformance_testing.h"

namespace stele::backend {
namespace {

using store::StoreConformance;
using Outcome = HeadWrite::Outcome;
using testing_s3::bytes;
using testing_s3::swap;
using testing_s3::text_of;
using Conditions = FakeS3::Conditions;
using Then = net::ServedResponse::Then;

class FakeUniverse final : public store::StoreUniverse {
 public:
  FakeUniverse(Conditions conditions, std::string prefix)
      : server_(conditions), prefix_(std::move(prefix)) {}
  std::shared_ptr<Store> open() override { return server_.open(prefix_); }

 private:
  FakeS3 server_;
  const std::string prefix_;
};

store::StoreUnderTest on_fake(std::string name, Conditions conditions, std::string prefix) {
  return {std::move(name),
          [conditions, prefix] { return std::make_shared<FakeUniverse>(conditions, prefix); }};
}

INSTANTIATE_TEST_SUITE_P(FakeS3, StoreConformance,
                         testing::Values(on_fake("quoted", Conditions::quoted, "team/shop & co"),
                                         on_fake("unquoted", Conditions::unquoted, "")),
                         store::name_of);

// --- what is asked of the server ---------------------------------------------------------------

TEST(S3Store, TriesTheDialectOnceForAllAndTheHeadRemembersIt) {
  FakeS3 server(Conditions::unquoted);
  auto store = server.open();
  EXPECT_EQ(server.requests(), 0);
  auto version = swap(*store, {}, "one");
  EXPECT_EQ(server.take_count("PUT"), 6);  // five of the trial, and the head
  EXPECT_EQ(server.take_count("DELETE"), 1);
  EXPECT_EQ(server.objects().size(), 1u);
  for (int i = 0; i < 5; ++i) version = swap(*store, version, base::text(i));
  EXPECT_EQ(server.take_count("PUT"), 5);
  EXPECT_EQ(server.take_count("GET"), 0);
}

TEST(S3Store, OpensWithOneGetAndCommitsWithOnePut) {
  FakeS3 server;
  (void)swap(*server.open(), {}, "one");
  const int before = server.requests();
  auto store = server.open();
  const auto head = store->read_head("db", {}, 0, {}).value();
  EXPECT_EQ(server.requests(), before + 1);
  const auto write = store->append_head("db", head.version, head.bytes, bytes(" two"), {});
  EXPECT_EQ(write.outcome, Outcome::written);
  EXPECT_EQ(server.requests(), before + 2);
  EXPECT_TRUE(store->read_head("db", write.version, 7, {})->unchanged);
  EXPECT_EQ(server.requests(), before + 3);
}

TEST(S3Store, JoinsRangesThatAreNearEachOther) {
  FakeS3 server;
  std::string content(1 << 20, ' ');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>('a' + i % 26);
  server.put("stele/packs/a", content);
  server.put("stele/packs/b", content);
  auto store = server.open();
  const std::vector<ReadRequest> requests = {
      {"packs/a", {500'000, 10}},    {"packs/a", {0, 100}},     {"packs/b", {0, 100}},
      {"packs/a", {200, 50}},        {"packs/a", {10'000, 5}},  {"packs/a", {90, 20}},
      {"packs/a", {1'048'570, 100}}, {"packs/b", {2 << 20, 9}}, {"packs/none", {0, 9}}};
  const auto results = store->read_many(requests, {});
  for (std::size_t i = 0; i + 1 < requests.size(); ++i) {
    ASSERT_TRUE(results[i].ok()) << i;
    const auto range = requests[i].range;
    const auto expected =
        range.offset < content.size() ? content.substr(range.offset, range.length) : "";
    EXPECT_EQ(text_of(*results[i]), expected) << i;
  }
  EXPECT_EQ(results.back().error().code(), "store/missing");
  // a: 0–10,005 in one, 500,000, 1,048,570; b: two; and the missing one.
  EXPECT_EQ(server.take_count("GET"), 6);
}

TEST(S3Store, SlicesWhatAServerThatKnowsNoRangesSends) {
  FakeS3 server;
  server.put("stele/packs/a", "0123456789");
  server.before = [](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    if (request.header("range").empty()) return std::nullopt;
    return FakeS3::Response{200, {{"ETag", "\"x\""}}, "0123456789"};
  };
  EXPECT_EQ(text_of(*server.open()->read("packs/a", {3, 4}, {})), "3456");
}

TEST(S3Store, ListsAgesByTheServersClock) {
  FakeS3 server;
  server.put("stele/packs/a", "x");
  const auto page = server.open()->list("", "", {}).value();
  ASSERT_EQ(page.objects.size(), 1u);
  EXPECT_EQ(page.objects[0].age_ms, 7'000);
}

TEST(S3Store, SignsByTheServersClockWhenOursIsWrong) {
  FakeS3 server;
  server.date = "Tue, 01 Jan 2030 00:00:00 GMT";
  server.before = [&](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    if (request.header("x-amz-date").starts_with("20300101T0000")) return std::nullopt;
    auto refusal = s3_error(403, "RequestTimeTooSkewed");
    refusal.headers.push_back({"Date", server.date.get()});
    return refusal;
  };
  auto store = server.open();
  const auto version = swap(*store, {}, "one");
  const int before = server.requests();
  (void)swap(*store, version, "two");
  EXPECT_EQ(server.requests(), before + 1);  // and it remembers
}

TEST(S3Store, TakesNewerCredentialsWhenTheirsHaveExpired) {
  FakeS3 server;
  auto key = std::make_shared<std::string>("OLD");
  auto options = server.options();
  options.settings.credentials = {};
  options.sources->variable = [key](const char* name) -> std::string {
    const std::string_view wanted = name;
    if (wanted == "AWS_ACCESS_KEY_ID") return *key;
    return wanted == "AWS_SECRET_ACCESS_KEY" ? "S" : wanted == "AWS_SESSION_TOKEN" ? "T" : "";
  };
  server.before = [](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    EXPECT_EQ(request.header("x-amz-security-token"), "T");
    EXPECT_NE(request.header("authorization").find("x-amz-security-token"), std::string::npos);
    if (request.header("authorization").find("NEW/") != std::string::npos) return std::nullopt;
    return s3_error(400, "ExpiredToken");
  };
  auto store = S3Store::open(options).value();
  const auto expired = store->read_head("db", {}, 0, {});
  ASSERT_FALSE(expired.ok());
  EXPECT_EQ(expired.error().code(), "store/denied");
  EXPECT_NE(expired.error().message().find("expired"), std::string::npos);
  *key = "NEW";
  EXPECT_TRUE(store->read_head("db", {}, 0, {}).ok());
}

// --- trouble -----------------------------------------------------------------------------------

TEST(S3Store, TriesAgainWhenTheServerIsBusy) {
  FakeS3 server;
  auto store = server.open();
  const auto version = swap(*store, {}, "one");
  std::atomic<int> calls{0};
  server.before = [&](const FakeS3::Request&) -> std::optional<FakeS3::Response> {
    switch (++calls % 3) {
      case 1:
        return s3_error(503, "SlowDown");
      case 2:
        return FakeS3::Response{.then = Then::drop};
      default:
        return std::nullopt;
    }
  };
  EXPECT_TRUE(store->write_once("packs/a", bytes("x"), {}).ok());
  EXPECT_EQ(text_of(*store->read("packs/a", {}, {})), "x");
  EXPECT_EQ(store->list("packs/", "", {})->objects.size(), 1u);
  EXPECT_EQ(store->read_head("db", {}, 0, {})->version, version);
  EXPECT_TRUE(store->remove(std::vector<std::string>{"packs/a", "packs/b"}, {}).ok());
  EXPECT_FALSE(store->read("packs/a", {}, {}).ok());
}

TEST(S3Store, RemovesOneByOneWhereThereIsNoOtherWay) {
  FakeS3 server;
  server.before = [](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    if (request.method == "POST") return s3_error(501, "NotImplemented");
    return std::nullopt;
  };
  server.put("stele/packs/a", "x");
  server.put("stele/packs/b", "x");
  EXPECT_TRUE(server.open()->remove(std::vector<std::string>{"packs/a", "packs/b"}, {}).ok());
  EXPECT_TRUE(server.objects().empty());
}

struct Refusal {
  const char* name;
  FakeS3::Response answer;
  ErrorCategory category;
  const char* code;
  const char* said;
};

FakeS3::Response elsewhere() {
  auto answer = s3_error(301, "PermanentRedirect");
  answer.headers.push_back({"x-amz-bucket-region", "eu-central-7"});
  return answer;
}

const Refusal kRefusals[] = {
    {"denied", s3_error(403, "AccessDenied"), ErrorCategory::unavailable, "store/denied", "allow"},
    {"wrong key", s3_error(403, "InvalidAccessKeyId"), ErrorCategory::unavailable, "store/denied",
     "access key"},
    {"wrong secret", s3_error(403, "SignatureDoesNotMatch"), ErrorCategory::unavailable,
     "store/denied", "secret key is wrong"},
    {"expired", s3_error(400, "ExpiredToken"), ErrorCategory::unavailable, "store/denied",
     "expired"},
    {"no bucket", s3_error(404, "NoSuchBucket"), ErrorCategory::unavailable, "store/missing",
     "no bucket bucket"},
    {"wrong region", elsewhere(), ErrorCategory::invalid, "store/region", "region=eu-central-7"},
    {"a web server",
     {200, {}, "<html>welcome</html>"},
     ErrorCategory::unavailable,
     "store/answer",
     "something else"},
    {"a bad request", s3_error(400, "InvalidRequest"), ErrorCategory::invalid, "store/refused",
     "InvalidRequest"},
    {"always busy", s3_error(503, "SlowDown"), ErrorCategory::unavailable, "store/busy",
     "attempt 4"},
    {"nonsense",
     {.body = "\x01\x02 nonsense\r\n", .then = Then::raw},
     ErrorCategory::unavailable,
     "store/broken",
     "no HTTP"},
};

TEST(S3Store, SaysClearlyWhatIsWrong) {
  for (const auto& refusal : kRefusals) {
    SCOPED_TRACE(refusal.name);
    FakeS3 server;
    auto store = server.open();
    const auto version = swap(*store, {}, "one");
    server.before = [&](const FakeS3::Request&) { return refusal.answer; };
    for (const auto& error :
         {store->read_head("db", {}, 0, {}).error(), store->list("", "", {}).error()}) {
      EXPECT_EQ(error.category(), refusal.category) << error.message();
      EXPECT_EQ(error.code(), refusal.code) << error.message();
      EXPECT_NE(error.message().find(refusal.said), std::string::npos) << error.message();
      EXPECT_NE(error.message().find(server.url()), std::string::npos) << error.message();
      EXPECT_EQ(error.message().find("s3cr3t"), std::string::npos);
    }
    const bool is_refused = refusal.answer.status / 100 == 4 || refusal.answer.status == 301;
    if (is_refused && refusal.answer.then == Then::keep) {
      const auto write = store->swap_head("db", version, bytes("two"), {});
      EXPECT_EQ(write.outcome, Outcome::failed);
      EXPECT_EQ(write.error->code(), refusal.code);
    }
  }
}

TEST(S3Store, GivesUpOnAHangingServerAtTheDeadline) {
  FakeS3 server;
  server.before = [](const FakeS3::Request&) { return FakeS3::Response{.then = Then::hang}; };
  auto store = server.open();
  auto& environment = base::system_environment();
  const auto begin = environment.steady_ms();
  const auto soon = [&] { return base::deadline_after(environment, 60); };
  EXPECT_EQ(store->read("packs/a", {}, soon()).error().code(), "store/deadline");
  EXPECT_EQ(store->read_head("db", {}, 0, soon()).error().code(), "store/deadline");
  EXPECT_EQ(store->write_once("packs/a", bytes("x"), soon()).error().code(), "store/deadline");
  EXPECT_EQ(store->list("", "", soon()).error().code(), "store/deadline");
  EXPECT_EQ(store->remove(std::vector<std::string>{"packs/a"}, soon()).error().code(),
            "store/deadline");
  EXPECT_LT(environment.steady_ms() - begin, 10'000);
}

TEST(S3Store, SaysWhereNobodyListensAndWhatSpeaksNoTls) {
  std::string url;
  {
    FakeS3 server;
    url = server.url();
    auto options = server.options();
    options.settings.endpoint = "https" + url.substr(4);
    const auto error = S3Store::open(options).value()->read_head("db", {}, 0, {}).error();
    EXPECT_EQ(error.code(), "store/tls") << error.message();
    EXPECT_NE(error.message().find("ca-bundle"), std::string::npos);
  }
  S3StoreOptions options = FakeS3().options();
  options.settings.endpoint = url;
  auto store = S3Store::open(options).value();
  EXPECT_EQ(store->read_head("db", {}, 0, {}).error().code(), "store/unreachable");
  const auto write = store->swap_head("db", {}, bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/unreachable");
}

TEST(S3Store, SendsNoSignatureWithoutCredentials) {
  FakeS3 server;
  server.before = [](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    EXPECT_EQ(request.header("authorization"), "");
    if (request.method == "PUT") return s3_error(403, "AccessDenied");
    return std::nullopt;
  };
  auto options = server.options();
  options.settings.credentials = {};
  auto store = S3Store::open(options).value();
  EXPECT_TRUE(store->read_head("db", {}, 0, {}).ok());
  const auto write = store->swap_head("db", {}, bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/denied");
  EXPECT_NE(write.error->message().find("AWS_ACCESS_KEY_ID"), std::string::npos);
}

TEST(S3Store, OpensForReadingOnlyWhenAsked) {
  FakeS3 server;
  auto options = server.options();
  options.read_only = true;
  auto store = S3Store::open(options).value();
  EXPECT_FALSE(store->traits().writable);
  EXPECT_EQ(store->swap_head("db", {}, bytes("x"), {}).error->code(), "store/read-only");
  EXPECT_EQ(store->write_once("packs/a", bytes("x"), {}).error().code(), "store/read-only");
  EXPECT_EQ(store->destroy({}).error().code(), "store/read-only");
  EXPECT_EQ(server.requests(), 0);
}

TEST(S3Store, KnowsWhetherItsBucketIsThere) {
  FakeS3 server;
  auto options = server.options();
  EXPECT_TRUE(*S3Store::exists(options));
  options.bucket = "another";
  EXPECT_FALSE(*S3Store::exists(options));
}

// --- destroying --------------------------------------------------------------------------------

TEST(S3Store, DestroysOnlyWhatIsItsOwn) {
  FakeS3 server;
  auto store = server.open();
  (void)swap(*store, {}, "x");
  ASSERT_TRUE(store->write_once("packs/a", bytes("x"), {}).ok());
  server.put("stele/README", "mine");
  server.put("stele2/packs/a", "another's");
  ASSERT_TRUE(store->destroy({}).ok());
  std::set<std::string> left;
  for (const auto& [name, content] : server.objects()) left.insert(name);
  EXPECT_EQ(left, (std::set<std::string>{"stele/README", "stele2/packs/a"}));
}

TEST(S3Store, DoesNotDestroyAnotherStoreBelowIt) {
  FakeS3 server;
  (void)swap(*server.open("team/shop"), {}, "x");
  auto store = server.open("team");
  (void)swap(*store, {}, "x");
  const auto done = store->destroy({});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), "store/foreign");
  EXPECT_NE(done.error().message().find("shop"), std::string::npos);
  EXPECT_EQ(server.objects().size(), 2u);
}

TEST(S3Store, InAWholeBucketDestroysOnlyWhatStelesNamesSay) {
  FakeS3 server;
  auto store = server.open("");
  (void)swap(*store, {}, "x");
  ASSERT_TRUE(store->write_once("packs/a", bytes("x"), {}).ok());
  server.put("photos/cat.jpg", "mine");
  ASSERT_TRUE(store->destroy({}).ok());
  EXPECT_EQ(server.objects().size(), 1u);
}

}  // namespace
}  // namespace stele::backend
