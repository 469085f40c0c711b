// Heads on a server in memory that loses answers, forgets conditions, and changes its ways.
#include <atomic>

#include <gtest/gtest.h>

#include "backend/s3/fake_s3_testing.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;
using Conditions = FakeS3::Conditions;
using Then = net::ServedResponse::Then;
using testing_s3::bytes;
using testing_s3::swap;
using testing_s3::text_of;

bool is_head_put(const FakeS3::Request& request) {
  return request.method == "PUT" && request.target.find("/heads/") != std::string::npos;
}

TEST(S3Heads, AreRefusedOnServersThatIgnoreOrRefuseConditions) {
  for (const auto conditions : {Conditions::ignored, Conditions::refused}) {
    FakeS3 server(conditions);
    auto store = server.open();
    const auto write = store->swap_head("db", {}, bytes("x"), {});
    EXPECT_EQ(write.outcome, Outcome::failed);
    ASSERT_TRUE(write.error);
    EXPECT_EQ(write.error->code(), "store/unsafe");
    EXPECT_NE(write.error->message().find("overwrite"), std::string::npos);
    EXPECT_TRUE(server.objects().empty()) << "the trial left something behind";
    EXPECT_TRUE(store->read_head("db", {}, 0, {}).ok());  // reading is safe
  }
}

// A server that answers 500 with or without effect, or drops the connection, before or after.
struct Mishap {
  const char* name;
  bool effect;
  FakeS3::Response answer;
};
const Mishap kMishaps[] = {
    {"500 without effect", false, s3_error(500, "UnknownError")},
    {"500 with effect", true, s3_error(500, "UnknownError")},
    {"503 without effect", false, s3_error(503, "SlowDown")},
    {"409 without effect", false, s3_error(409, "ConditionalRequestConflict")},
    {"dropped without effect", false, {.then = Then::drop}},
    {"dropped with effect", true, {.then = Then::drop}},
};

TEST(S3Heads, AreWrittenOnceWhateverBecomesOfTheAnswer) {
  for (const auto& mishap : kMishaps) {
    SCOPED_TRACE(mishap.name);
    FakeS3 server;
    auto store = server.open();
    auto version = swap(*store, {}, "zero");
    std::atomic<int> left{2};
    const auto hook = [&](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
      if (!is_head_put(request) || left-- <= 0) return std::nullopt;
      return mishap.answer;
    };
    (mishap.effect ? server.after : server.before) = hook;
    version = swap(*store, version, "one");
    EXPECT_LE(left, 1) << "nothing went wrong";
    left = 0;
    const auto head = server.open()->read_head("db", {}, 0, {}).value();
    EXPECT_EQ(text_of(head.bytes), "one");
    EXPECT_EQ(head.version, version);
  }
}

TEST(S3Heads, AreCreatedOnceWhateverBecomesOfTheAnswer) {
  for (const auto& mishap : kMishaps) {
    SCOPED_TRACE(mishap.name);
    FakeS3 server;
    std::atomic<int> left{1};
    const auto hook = [&](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
      if (!is_head_put(request) || left-- <= 0) return std::nullopt;
      return mishap.answer;
    };
    (mishap.effect ? server.after : server.before) = hook;
    auto store = server.open();
    (void)swap(*store, {}, "one");
    EXPECT_EQ(store->swap_head("db", {}, bytes("two"), {}).outcome, Outcome::conflict);
  }
}

// Somebody else writes between our attempt and our look.
TEST(S3Heads, TellThatALostWriteWasPassedBy) {
  FakeS3 server;
  auto ours = server.open(), theirs = server.open();
  const auto zero = swap(*ours, {}, "zero");
  ASSERT_TRUE(theirs->read_head("db", {}, 0, {}).ok());
  std::atomic<bool> armed{true};
  server.before = [&](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    if (!is_head_put(request) || !armed.exchange(false)) return std::nullopt;
    const auto one = swap(*theirs, zero, "one");
    (void)swap(*theirs, one, "two");
    return s3_error(500, "UnknownError");
  };
  EXPECT_EQ(ours->swap_head("db", zero, bytes("ours"), {}).outcome, Outcome::conflict);
  EXPECT_EQ(text_of(theirs->read_head("db", {}, 0, {}).value().bytes), "two");
}

TEST(S3Heads, TellThatALostWriteWasWrittenAlthoughOthersHaveBuiltOnIt) {
  FakeS3 server;
  auto ours = server.open(), theirs = server.open();
  const auto zero = swap(*ours, {}, "zero");
  std::atomic<bool> armed{true};
  server.after = [&](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    if (!is_head_put(request) || !armed.exchange(false)) return std::nullopt;
    const auto head = theirs->read_head("db", {}, 0, {}).value();
    EXPECT_EQ(text_of(head.bytes), "ours");
    (void)swap(*theirs, head.version, "theirs");
    return FakeS3::Response{.then = Then::drop};
  };
  const auto write = ours->swap_head("db", zero, bytes("ours"), {});
  EXPECT_EQ(write.outcome, Outcome::written);
  EXPECT_EQ(text_of(theirs->read_head("db", {}, 0, {}).value().bytes), "theirs");
  // The version is of a state that is no more.
  EXPECT_EQ(ours->swap_head("db", write.version, bytes("x"), {}).outcome, Outcome::conflict);
}

TEST(S3Heads, SayUnknownWhenTheServerHangs) {
  FakeS3 server;
  auto store = server.open();
  const auto zero = swap(*store, {}, "zero");
  server.before = [](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    if (!is_head_put(request)) return std::nullopt;
    return FakeS3::Response{.then = Then::hang};
  };
  const Deadline soon = base::deadline_after(base::system_environment(), 700);
  const auto write = store->swap_head("db", zero, bytes("one"), soon);
  EXPECT_EQ(write.outcome, Outcome::unknown);
  ASSERT_TRUE(write.error);
}

TEST(S3Heads, FollowAServerThatChangesItsDialect) {
  FakeS3 server(Conditions::unquoted);
  auto store = server.open();
  auto version = swap(*store, {}, "zero");
  server.conditions = Conditions::quoted;
  EXPECT_EQ(store->swap_head("db", version, bytes("one"), {}).outcome, Outcome::conflict);
  version = swap(*store, version, "one");
  (void)swap(*store, version, "two");
}

TEST(S3Heads, NameTheObjectOfADamagedOneAndRepairReplacesIt) {
  FakeS3 server;
  auto store = server.open();
  (void)swap(*store, {}, "zero");
  const auto damaged = "?" + server.objects().at("stele/heads/db");
  server.put("stele/heads/db", damaged);
  const auto read = store->read_head("db", {}, 0, {});
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().category(), ErrorCategory::corrupt);
  EXPECT_NE(read.error().message().find("stele/heads/db"), std::string::npos);
  ASSERT_TRUE(store->restore_head("db", bytes("restored"), {}).ok());
  EXPECT_EQ(text_of(store->read_head("db", {}, 0, {})->bytes), "restored");
  EXPECT_EQ(server.objects().at("stele/tmp/db.damaged"), damaged);
}

}  // namespace
}  // namespace stele::backend
