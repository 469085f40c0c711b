// Mistakes, and a network that cuts and stalls, before a true server: Ceph's RADOS Gateway behind a
// proxy that does harm.
#include <gtest/gtest.h>

#include "backend/s3/rados_gateway_testing.h"
#include "backend/s3/s3_store.h"
#include "base/text.h"
#include "net/delaying_proxy_testing.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;
using Kind = net::ProxyFault::Kind;
using Side = net::ProxyFault::Side;

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
Deadline soon(std::int64_t ms) { return base::deadline_after(base::system_environment(), ms); }

class S3BehindAProxy : public testing::Test {
 protected:
  S3BehindAProxy() {
    options_.settings.endpoint = proxy_.url();
    options_.http = std::make_shared<net::HttpClient>();
    store_ = S3Store::open(options_).value();
    const auto write = store_->swap_head("db", {}, bytes("one"), {});
    EXPECT_EQ(write.outcome, Outcome::written) << (write.error ? write.error->message() : "");
    version_ = write.version;
  }

  static int port() {
    const auto& endpoint = RadosGateway::instance()["endpoint"];
    return std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
  }
  // What is there, seen without the proxy.
  Store::Bytes there() const {
    auto options = options_;
    options.settings.endpoint = RadosGateway::instance()["endpoint"];
    return S3Store::open(options).value()->read_head("db", {}, 0, {}).value().bytes;
  }

  net::DelayingProxy proxy_{{.target_port = port()}};
  S3StoreOptions options_ = RadosGateway::instance().options();
  std::shared_ptr<Store> store_;
  HeadVersion version_;
};

// Wherever a head write is cut, it is settled: written, once, with a version that goes on.
TEST_F(S3BehindAProxy, AHeadWriteThatIsCutAnywhereIsSettled) {
  int number = 0;
  for (const auto side : {Side::request, Side::response})
    for (const std::uint64_t after_bytes : {0, 20, 200}) {
      proxy_.add_fault(
          {.kind = Kind::cut, .side = side, .method = "PUT", .after_bytes = after_bytes});
      const auto content = bytes(base::text("content ", ++number));
      const auto write = store_->swap_head("db", version_, content, soon(20'000));
      ASSERT_EQ(write.outcome, Outcome::written) << (write.error ? write.error->message() : "");
      EXPECT_EQ(there(), content);
      version_ = write.version;
      proxy_.clear_faults();
    }
  EXPECT_GE(proxy_.faults_done(), 5);
}

TEST_F(S3BehindAProxy, ReadsAndObjectsThatAreCutOrGarbledAreAskedForAgainOrAreErrors) {
  const auto content = bytes(std::string(200'000, 'x'));
  ASSERT_TRUE(store_->write_once("packs/a", content, {}).ok());
  for (const std::uint64_t after_bytes : {0, 100, 5'000, 150'000}) {
    proxy_.add_fault({.kind = Kind::cut, .method = "GET", .after_bytes = after_bytes});
    const auto read = store_->read("packs/a", {}, soon(20'000));
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(*read, content);
    proxy_.clear_faults();
  }
  for (const auto side : {Side::request, Side::response}) {
    proxy_.add_fault({.kind = Kind::cut, .side = side, .method = "PUT", .after_bytes = 100});
    const auto key = base::text("packs/b", side == Side::request ? 1 : 2);
    ASSERT_TRUE(store_->write_once(key, content, soon(20'000)).ok());
    EXPECT_EQ(store_->read(key, {}, soon(20'000)).value(), content);
    proxy_.clear_faults();
  }
}

TEST_F(S3BehindAProxy, WhatStallsIsLeftAtTheDeadlineAndNothingIsHalfWritten) {
  auto& environment = base::system_environment();
  const auto begin = environment.steady_ms();
  proxy_.add_fault({.kind = Kind::stall, .side = Side::request, .after_bytes = 50, .times = 1000});
  EXPECT_EQ(store_->read_head("db", {}, 0, soon(300)).error().code(), "store/deadline");
  EXPECT_EQ(store_->write_once("packs/a", bytes("x"), soon(300)).error().code(), "store/deadline");
  const auto write = store_->swap_head("db", version_, bytes("two"), soon(300));
  EXPECT_EQ(write.outcome, Outcome::unknown);
  EXPECT_LT(environment.steady_ms() - begin, 10'000);
  EXPECT_EQ(there(), bytes("one"));
  proxy_.cut_all();
  proxy_.clear_faults();
  EXPECT_EQ(store_->read_head("db", {}, 0, soon(20'000)).value().bytes, bytes("one"));
}

// This server signs with whatever region it is told.
TEST(RadosGatewayRegion, ThatIsAnotherIsOfNoMatter) {
  auto options = RadosGateway::instance().options();
  options.settings.region = "eu-west-9";
  auto store = S3Store::open(options).value();
  EXPECT_EQ(store->swap_head("db", {}, bytes("one"), {}).outcome, Outcome::written);
  EXPECT_EQ(store->read_head("db", {}, 0, {}).value().bytes, bytes("one"));
}

TEST(RadosGatewayTls, IsNoneOnThePortWithoutAndPlainHttpIsNoneOnTheOther) {
  auto& gateway = RadosGateway::instance();
  auto options = gateway.options();
  options.settings.endpoint = "https" + gateway["endpoint"].substr(4);
  const auto tls = S3Store::open(options).value()->read_head("db", {}, 0, soon(20'000));
  ASSERT_FALSE(tls.ok());
  EXPECT_EQ(tls.error().code(), "store/tls") << tls.error().message();
  options.settings.endpoint = "http" + gateway["tls_endpoint"].substr(5);
  const auto plain = S3Store::open(options).value()->read_head("db", {}, 0, soon(20'000));
  ASSERT_FALSE(plain.ok());
  EXPECT_NE(plain.error().message().find(options.settings.endpoint), std::string::npos)
      << plain.error().message();
}

}  // namespace
}  // namespace stele::backend
