#include "backend/s3/aws_settings.h"

#include <map>

#include <gtest/gtest.h>

namespace stele::backend {
namespace {

AwsSources sources(std::map<std::string, std::string> variables,
                   std::map<std::string, std::string> files = {}) {
  return {[variables](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::string() : found->second;
          },
          [files](const std::string& path) -> std::optional<std::string> {
            const auto found = files.find(path);
            if (found == files.end()) return std::nullopt;
            return found->second;
          }};
}

const std::map<std::string, std::string> kFiles = {
    {"/h/.aws/credentials",
     "# keys\n[default]\naws_access_key_id = D\naws_secret_access_key=DS\n"
     "[team]\r\naws_access_key_id = T\r\naws_secret_access_key = TS=\r\naws_session_token = "
     "TT\r\n"},
    {"/h/.aws/config",
     "[default]\nregion = eu-west-1\ns3 =\n  region = not this\n[profile team]\nregion=eu-south-2\n"
     "endpoint_url = http://team.example\nca_bundle = /team.pem\n"}};

AwsCredentials credentials(const AwsSettings& said, const AwsSources& from) {
  return complete_aws_settings(said, from).value().credentials;
}

TEST(AwsSettings, AskTheMapThenTheEnvironmentThenTheFiles) {
  const std::map<std::string, std::string> environment = {
      {"HOME", "/h"}, {"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "ES"}};
  EXPECT_EQ(credentials({.credentials = {"M", "MS", ""}}, sources(environment, kFiles)),
            (AwsCredentials{"M", "MS", ""}));
  EXPECT_EQ(credentials({}, sources(environment, kFiles)), (AwsCredentials{"E", "ES", ""}));
  EXPECT_EQ(credentials({}, sources({{"HOME", "/h"}}, kFiles)), (AwsCredentials{"D", "DS", ""}));
  EXPECT_TRUE(credentials({}, sources({{"HOME", "/none"}}, kFiles)).anonymous());
  EXPECT_TRUE(credentials({.anonymous = true}, sources(environment, kFiles)).anonymous());
}

TEST(AwsSettings, AProfileThatWasNamedComesBeforeTheEnvironment) {
  const std::map<std::string, std::string> environment = {
      {"HOME", "/h"}, {"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "ES"}};
  const auto team =
      complete_aws_settings({.profile = "team"}, sources(environment, kFiles)).value();
  EXPECT_EQ(team.credentials, (AwsCredentials{"T", "TS=", "TT"}));
  EXPECT_EQ(team.region, "eu-south-2");
  EXPECT_EQ(team.endpoint, "http://team.example");
  EXPECT_EQ(team.ca_bundle, "/team.pem");
  EXPECT_EQ(credentials({}, sources({{"HOME", "/h"}, {"AWS_PROFILE", "team"}}, kFiles)).access_key,
            "T");
}

TEST(AwsSettings, FindRegionAndEndpoint) {
  const auto settings = [](const AwsSources& from) {
    return complete_aws_settings({}, from).value();
  };
  EXPECT_EQ(settings(sources({})).region, "us-east-1");
  EXPECT_EQ(settings(sources({{"HOME", "/h"}}, kFiles)).region, "eu-west-1");
  EXPECT_EQ(settings(sources({{"HOME", "/h"}, {"AWS_DEFAULT_REGION", "a"}}, kFiles)).region, "a");
  EXPECT_EQ(settings(sources({{"AWS_DEFAULT_REGION", "a"}, {"AWS_REGION", "b"}})).region, "b");
  EXPECT_EQ(settings(sources({{"AWS_ENDPOINT_URL", "u"}})).endpoint, "u");
  EXPECT_EQ(settings(sources({{"AWS_ENDPOINT_URL", "u"}, {"AWS_ENDPOINT_URL_S3", "s"}})).endpoint,
            "s");
}

TEST(AwsSettings, TakeOtherFiles) {
  EXPECT_EQ(credentials({}, sources({{"AWS_SHARED_CREDENTIALS_FILE", "/f"}},
                                    {{"/f",
                                      "[default]\naws_access_key_id=F\n"
                                      "aws_secret_access_key=FS"}}))
                .access_key,
            "F");
}

TEST(AwsSettings, SayWhatIsMissing) {
  const auto half = complete_aws_settings({}, sources({{"AWS_ACCESS_KEY_ID", "E"}}));
  ASSERT_FALSE(half.ok());
  EXPECT_EQ(half.error().code(), "config/syntax");
  const auto nobody =
      complete_aws_settings({.profile = "nobody"}, sources({{"HOME", "/h"}}, kFiles));
  ASSERT_FALSE(nobody.ok());
  EXPECT_NE(nobody.error().message().find("nobody"), std::string::npos);
}

}  // namespace
}  // namespace stele::backend
