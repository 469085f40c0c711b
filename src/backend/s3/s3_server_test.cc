// The store on a true server: Ceph's RADOS Gateway.
#include <thread>

#include <gtest/gtest.h>

#include "backend/s3/rados_gateway_testing.h"
#include "backend/s3/s3_store.h"
#include "backend/s3/s3_xml.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/store_conformance_testing.h"

namespace stele::backend {
namespace {

using store::StoreConformance;
using Outcome = HeadWrite::Outcome;

class GatewayUniverse final : public store::StoreUniverse {
 public:
  std::shared_ptr<Store> open() override { return S3Store::open(options_).value(); }

 private:
  const S3StoreOptions options_ = RadosGateway::instance().options();
};

INSTANTIATE_TEST_SUITE_P(RadosGateway, StoreConformance,
                         testing::Values(store::StoreUnderTest{
                             "rgw", [] { return std::make_shared<GatewayUniverse>(); }}),
                         store::name_of);

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

HeadVersion make_head(const S3StoreOptions& options) {
  auto store = S3Store::open(options).value();
  const auto write = store->swap_head("db", {}, bytes("one"), {});
  EXPECT_EQ(write.outcome, Outcome::written) << (write.error ? write.error->message() : "");
  return write.version;
}

Error reading_error(const S3StoreOptions& options) {
  auto head = S3Store::open(options).value()->read_head("db", {}, 0, {});
  EXPECT_FALSE(head.ok());
  return head.ok() ? invalid("none", "none") : head.error();
}

TEST(RadosGatewayTls, IsTrustedByItsCertificateOnly) {
  auto& gateway = RadosGateway::instance();
  auto options = gateway.options();
  const auto version = make_head(options);
  options.settings.endpoint = gateway["tls_endpoint"];
  EXPECT_EQ(reading_error(options).code(), "store/tls");
  options.settings.ca_bundle = gateway["ca_bundle"];
  auto store = S3Store::open(options).value();
  const auto head = store->read_head("db", {}, 0, {});
  ASSERT_TRUE(head.ok()) << head.error().message();
  EXPECT_EQ(head->version, version);
  // Another name of the same server is another server: its dialect is tried out.
  EXPECT_EQ(store->swap_head("db", version, bytes("two"), {}).outcome, Outcome::written);
}

TEST(RadosGatewayCredentials, ThatMayOnlyReadSufficeForReading) {
  auto& gateway = RadosGateway::instance();
  gateway.make_bucket("stele-public");
  gateway.publish_bucket("stele-public");
  auto owner = gateway.options();
  owner.bucket = "stele-public";
  const auto version = make_head(owner);
  ASSERT_TRUE(S3Store::open(owner).value()->write_once("packs/a", bytes("x"), {}).ok());

  auto reader = owner, anonymous = owner;
  reader.settings.credentials = {gateway["reader_access_key"], gateway["reader_secret_key"], ""};
  anonymous.settings.credentials = {};
  anonymous.settings.anonymous = true;
  for (const auto& options : {reader, anonymous}) {
    auto store = S3Store::open(options).value();
    EXPECT_EQ(store->read_head("db", {}, 0, {})->version, version);
    EXPECT_TRUE(store->read("packs/a", {}, {}).ok());
    EXPECT_EQ(store->list("", "", {})->objects.size(), 1u);
    const auto write = store->swap_head("db", version, bytes("two"), {});
    EXPECT_EQ(write.outcome, Outcome::failed);
    ASSERT_TRUE(write.error);
    EXPECT_EQ(write.error->code(), "store/denied") << write.error->message();
    EXPECT_EQ(store->write_once("packs/b", bytes("x"), {}).error().code(), "store/denied");
    EXPECT_EQ(store->destroy({}).error().code(), "store/denied");
  }
  EXPECT_TRUE(S3Store::open(owner).value()->read_head("db", version, 0, {})->unchanged);
}

// This server does not say which of its reasons it had.
TEST(RadosGatewayCredentials, ThatAreWrongAreRefused) {
  auto& gateway = RadosGateway::instance();
  auto options = gateway.options();
  make_head(options);
  options.settings.credentials.secret_key = "wrong-indeed";
  const auto error = reading_error(options);
  EXPECT_EQ(error.code(), "store/denied");
  EXPECT_NE(error.message().find("wrong"), std::string::npos) << error.message();
  EXPECT_EQ(error.message().find("wrong-indeed"), std::string::npos) << error.message();
  options.settings.credentials.access_key = "nobody";
  EXPECT_EQ(reading_error(options).code(), "store/denied");
  options.settings.credentials = {gateway["reader_access_key"], gateway["reader_secret_key"], ""};
  EXPECT_EQ(reading_error(options).code(), "store/denied");
}

// What the gateway gives the owner who takes on the role `writer`.
AwsCredentials temporary_credentials(const S3StoreOptions& owner) {
  const std::string& endpoint = owner.settings.endpoint;
  const std::string body =
      "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A%3Arole%2Fwriter&RoleSessionName=test"
      "&Version=2011-06-15";
  const Instant now = base::system_environment().now();
  SignableRequest request{"POST", "/", "", {}, base::sha256(base::view(body)).hex()};
  request.headers = {{"host", endpoint.substr(endpoint.find("//") + 2)},
                     {"content-type", "application/x-www-form-urlencoded"},
                     {"x-amz-content-sha256", request.body_sha256},
                     {"x-amz-date", amz_date(now)}};
  auto headers = request.headers;
  headers.erase(headers.begin());  // the client sends the host
  headers.push_back({"authorization", authorization(request, owner.settings.credentials,
                                                    owner.settings.region, now)});
  const auto response = net::shared_http_client("")->send(
      {.method = "POST", .url = endpoint + "/", .headers = headers, .body = base::view(body)});
  EXPECT_EQ(response.status, 200) << response.text();
  return {xml_text(response.text(), "AccessKeyId"), xml_text(response.text(), "SecretAccessKey"),
          xml_text(response.text(), "SessionToken")};
}

TEST(RadosGatewayCredentials, ThatAreTemporaryNeedTheirSessionToken) {
  auto options = RadosGateway::instance().options();
  options.settings.credentials = temporary_credentials(options);
  ASSERT_FALSE(options.settings.credentials.session_token.empty());
  options.bucket = "stele-of-a-role";
  auto store = S3Store::open(options).value();
  EXPECT_EQ(store->read_head("db", {}, 0, {}).error().code(), "store/missing");
  options.settings.credentials.session_token.back() ^= 1;
  EXPECT_NE(reading_error(options).code(), "store/missing");
  options.settings.credentials.session_token.clear();
  EXPECT_EQ(reading_error(options).code(), "store/denied");
}

TEST(RadosGatewayBucket, ThatIsMissingIsSaidToBe) {
  auto options = RadosGateway::instance().options();
  options.bucket = "stele-nowhere";
  EXPECT_FALSE(*S3Store::exists(options));
  EXPECT_EQ(reading_error(options).code(), "store/missing");
  const auto write = S3Store::open(options).value()->swap_head("db", {}, bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/missing");
}

// A lost race is answered with 412, or with 500: both are told to be conflicts.
TEST(RadosGatewayHeads, EightSwappersOfOneVersionHaveOneWinner) {
  const auto options = RadosGateway::instance().options();
  auto version = make_head(options);
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> written{0}, conflicts{0};
    std::vector<std::thread> threads;
    for (int w = 0; w < 8; ++w)
      threads.emplace_back([&, w] {
        auto store = S3Store::open(options).value();
        ASSERT_TRUE(store->read_head("db", {}, 0, {}).ok());
        const auto write = store->swap_head("db", version, bytes(base::text(round, w)), {});
        if (write.outcome == Outcome::written) ++written;
        if (write.outcome == Outcome::conflict) ++conflicts;
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(written, 1);
    EXPECT_EQ(conflicts, 7);
    version = S3Store::open(options).value()->read_head("db", {}, 0, {})->version;
  }
}

}  // namespace
}  // namespace stele::backend
