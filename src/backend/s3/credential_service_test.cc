#include "backend/s3/credential_service.h"

#include <atomic>
#include <map>

#include <gtest/gtest.h>

#include "backend/s3/aws_settings.h"
#include "backend/s3/fake_s3_testing.h"
#include "net/http_server_testing.h"

namespace stele::backend {
namespace {

using Kind = CredentialService::Kind;
using net::ServedRequest;
using net::ServedResponse;

const std::string kJson =
    R"({"Code" : "Success", "AccessKeyId" : "AK", "SecretAccessKey" : "s3cr3t\/x",
        "Token" : "T0k3n", "Expiration" : "2026-01-01T00:00:00Z"})";

// A machine's metadata service and a container's agent in one.
ServedResponse serve(const ServedRequest& request) {
  if (request.target == "/latest/api/token" && request.method == "PUT" &&
      !request.header("x-aws-ec2-metadata-token-ttl-seconds").empty())
    return {200, {}, "the-token"};
  if (request.target == "/container")
    return request.header("authorization") == "let me" ? ServedResponse{200, {}, kJson}
                                                       : ServedResponse{403, {}, ""};
  if (request.header("x-aws-ec2-metadata-token") != "the-token") return {401, {}, ""};
  if (request.target == "/latest/meta-data/iam/security-credentials/")
    return {200, {}, "my-role\n"};
  if (request.target == "/latest/meta-data/iam/security-credentials/my-role")
    return {200, {}, kJson};
  return {404, {}, ""};
}

AwsSources sources(std::map<std::string, std::string> variables, const std::string& config = "") {
  return {[variables](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::string() : found->second;
          },
          [config](const std::string& path) -> std::optional<std::string> {
            if (path == "/h/.aws/config" && !config.empty()) return config;
            if (path == "/token") return "let me\n";
            return std::nullopt;
          }};
}

CredentialService service(std::map<std::string, std::string> variables,
                          const std::string& config = "") {
  variables.emplace("HOME", "/h");
  return complete_aws_settings({}, sources(variables, config)).value().service;
}

const std::string kOnMachine = "[default]\ncredential_source = Ec2InstanceMetadata\n";

TEST(CredentialService, IsAskedOnlyWhereItIsNamedAndNothingElseIsThere) {
  EXPECT_EQ(service({}).kind, Kind::none);
  EXPECT_EQ(service({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}}).url,
            "http://169.254.170.2/v2/x");
  const auto full = service({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/x"},
                             {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"}});
  EXPECT_EQ(full, (CredentialService{Kind::container, "http://127.0.0.1:9/x", "let me"}));
  EXPECT_EQ(service({}, kOnMachine),
            (CredentialService{Kind::machine, "http://169.254.169.254", ""}));
  EXPECT_EQ(service({{"AWS_ACCESS_KEY_ID", "K"}, {"AWS_SECRET_ACCESS_KEY", "S"}}, kOnMachine).kind,
            Kind::none);
  EXPECT_EQ(service({{"AWS_EC2_METADATA_DISABLED", "true"}}, kOnMachine).kind, Kind::none);
  const auto anonymous =
      complete_aws_settings({.anonymous = true}, sources({{"HOME", "/h"}}, kOnMachine));
  EXPECT_EQ(anonymous->service.kind, Kind::none);
}

TEST(CredentialService, IsNotTrustedFarAwayWithoutTls) {
  for (const char* url : {"http://example.org/x", "http://127.0.0.1.example.org/x", "ftp://x"}) {
    const auto settings =
        complete_aws_settings({}, sources({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}}));
    ASSERT_FALSE(settings.ok()) << url;
    EXPECT_EQ(settings.error().code(), "config/syntax");
  }
  EXPECT_EQ(service({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://example.org/x"}}).kind,
            Kind::container);
}

TEST(CredentialService, GivesWhatItHas) {
  net::TestHttpServer server(serve);
  net::HttpClient http;
  const AwsCredentials expected{"AK", "s3cr3t/x", "T0k3n"};
  EXPECT_EQ(ask_credentials({Kind::machine, server.url(), ""}, http, {}).value(), expected);
  EXPECT_EQ(
      ask_credentials({Kind::container, server.url() + "/container", "let me"}, http, {}).value(),
      expected);
}

TEST(CredentialService, SaysWhatIsWrongAndNoSecret) {
  net::HttpClient http;
  const auto error = [&](const CredentialService& service, std::int64_t ms) {
    return ask_credentials(service, http, base::deadline_after(base::system_environment(), ms))
        .error();
  };
  net::TestHttpServer server(serve);
  const auto denied =
      error({Kind::container, server.url() + "/container?k=s3cr3t", "s3cr3t"}, 20'000);
  EXPECT_EQ(denied.code(), "store/credentials");
  EXPECT_NE(denied.message().find(server.url()), std::string::npos) << denied.message();
  EXPECT_EQ(denied.message().find("s3cr3t"), std::string::npos) << denied.message();
  net::TestHttpServer other([](const ServedRequest&) {
    return ServedResponse{200, {}, R"({"SecretAccessKey": "s3cr3t"})"};
  });
  EXPECT_EQ(error({Kind::container, other.url(), ""}, 20'000).message().find("s3cr3t"),
            std::string::npos);
  net::TestHttpServer hanging(
      [](const ServedRequest&) { return ServedResponse{.then = ServedResponse::Then::hang}; });
  EXPECT_EQ(error({Kind::machine, hanging.url(), ""}, 200).code(), "store/credentials");
}

// The store signs with what the service gives, and asks again when that has expired.
TEST(CredentialService, SignsForTheStoreAndIsAskedAgainWhenItsCredentialsHaveExpired) {
  std::atomic<int> asked{0};
  net::TestHttpServer agent([&](const ServedRequest&) {
    const std::string key = ++asked == 1 ? "OLD" : "NEW";
    return ServedResponse{
        200, {}, R"({"AccessKeyId":")" + key + R"(","SecretAccessKey":"S","Token":"T"})"};
  });
  FakeS3 server;
  server.before = [](const FakeS3::Request& request) -> std::optional<FakeS3::Response> {
    EXPECT_EQ(request.header("x-amz-security-token"), "T");
    if (request.header("authorization").find("NEW/") != std::string::npos) return std::nullopt;
    return s3_error(400, "ExpiredToken");
  };
  auto options = server.options();
  options.settings.credentials = {};
  options.sources = sources({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url() + "/x"}});
  auto store = S3Store::open(options).value();
  EXPECT_EQ(asked, 0) << "opening asks for nothing";
  EXPECT_TRUE(store->read_head("db", {}, 0, {}).ok());
  EXPECT_TRUE(store->read_head("db", {}, 0, {}).ok());
  EXPECT_EQ(asked, 2);
}

TEST(CredentialService, ThatGivesNothingIsSaidByTheStore) {
  net::TestHttpServer agent([](const ServedRequest&) { return ServedResponse{500, {}, ""}; });
  FakeS3 server;
  auto options = server.options();
  options.settings.credentials = {};
  options.sources = sources({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url() + "/x"}});
  auto store = S3Store::open(options).value();
  const auto error = store->read_head("db", {}, 0, {}).error();
  EXPECT_EQ(error.code(), "store/credentials") << error.message();
  EXPECT_NE(error.message().find(agent.url()), std::string::npos);
  const auto write = store->swap_head("db", {}, {}, {});
  EXPECT_EQ(write.outcome, HeadWrite::Outcome::failed);
  EXPECT_EQ(server.requests(), 0);
}

}  // namespace
}  // namespace stele::backend
