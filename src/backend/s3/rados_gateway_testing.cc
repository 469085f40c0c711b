#include "backend/s3/rados_gateway_testing.h"

#include <cstdio>
#include <cstdlib>

#include "backend/s3/s3_client.h"
#include "base/text.h"

namespace stele::backend {

using base::text;

namespace {
const char* const kBucket = "stele-tests";
}  // namespace

RadosGateway& RadosGateway::instance() {
  static RadosGateway gateway("memstore");
  return gateway;
}

RadosGateway& RadosGateway::durable() {
  static RadosGateway gateway("bluestore");
  return gateway;
}

RadosGateway::RadosGateway(const std::string& arguments) : script_("rgw", arguments) {
  make_bucket(kBucket);
}

S3StoreOptions RadosGateway::options() {
  S3StoreOptions options;
  options.bucket = kBucket;
  options.prefix = to_string(base::system_environment().random_uuid());
  options.settings.endpoint = (*this)["endpoint"];
  options.settings.region = "us-east-1";
  options.settings.credentials = {(*this)["access_key"], (*this)["secret_key"], ""};
  // What this machine's user has set is not asked.
  options.sources = AwsSources{[](const char*) { return std::string(); },
                               [](const std::string&) { return std::nullopt; }};
  return options;
}

std::string RadosGateway::url() {
  for (const char* other : {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_REGION"})
    ::unsetenv(other);
  ::setenv("AWS_ACCESS_KEY_ID", (*this)["access_key"].c_str(), 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", (*this)["secret_key"].c_str(), 1);
  const auto options = this->options();
  return text("s3://", options.bucket, '/', options.prefix, "?endpoint=", (*this)["endpoint"]);
}

std::string RadosGateway::through_the_second(const std::string& url) const {
  const std::string& endpoint = (*this)["endpoint"];
  std::string second = url;
  return second.replace(second.find(endpoint), endpoint.size(), (*this)["second_endpoint"]);
}

void RadosGateway::put(const std::string& bucket, const std::string& query,
                       const std::string& body) const {
  AwsSettings settings;
  settings.credentials = {(*this)["access_key"], (*this)["secret_key"], ""};
  settings.region = "us-east-1";
  S3Client client(S3Address::make(bucket, "", (*this)["endpoint"], "us-east-1", true).value(),
                  settings, nullptr, net::shared_http_client(""), base::system_environment());
  S3Request request{.method = "PUT", .body = base::view(body)};
  if (!query.empty()) request.query.push_back({query, ""});
  const auto response = client.send(request, {});
  if (response.status / 100 == 2) return;
  std::fprintf(stderr, "%s\n", client.error_of(response, "setting up", {}).message().c_str());
  std::abort();
}

void RadosGateway::make_bucket(const std::string& bucket) const { put(bucket, "", ""); }

void RadosGateway::publish_bucket(const std::string& bucket) const {
  put(bucket, "policy",
      text(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":)",
           R"(["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::)", bucket,
           R"(","arn:aws:s3:::)", bucket, R"(/*"]}]})"));
}

}  // namespace stele::backend
