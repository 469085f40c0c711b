#include "backend/s3/rados_gateway_testing.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "backend/s3/s3_client.h"
#include "base/check.h"
#include "base/text.h"

namespace stele::backend {

using base::text;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kStartMs = 120'000;
const char* const kBucket = "stele-tests";

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "The RADOS Gateway did not start: %s\n", why.c_str());
  std::abort();
}

std::string content(const fs::path& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

RadosGateway& RadosGateway::instance() {
  static RadosGateway gateway;
  return gateway;
}

RadosGateway::RadosGateway() {
  auto& environment = base::system_environment();
  directory_ = fs::temp_directory_path() / text("stele-rgw-", to_string(environment.random_uuid()));
  script_ = ::popen(text("exec '", STELE_SERVERS, "/rgw' '", directory_, "'").c_str(), "w");
  STELE_CHECK(script_ != nullptr);
  const auto end = base::deadline_after(environment, kStartMs);
  while (!fs::exists(directory_ + "/ready")) {
    if (fs::exists(directory_ + "/failed")) give_up(content(directory_ + "/failed"));
    if (base::passed(end, environment)) give_up("it takes too long");
    environment.sleep_ms(20);
  }
  std::ifstream ready(directory_ + "/ready");
  for (std::string line; std::getline(ready, line);) {
    const auto equals = line.find('=');
    values_[line.substr(0, equals)] = line.substr(equals + 1);
  }
  make_bucket(kBucket);
}

RadosGateway::~RadosGateway() { ::pclose(script_); }

const std::string& RadosGateway::operator[](const std::string& name) const {
  return values_.at(name);
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
  if (response.status / 100 != 2) give_up(client.error_of(response, "setting up", {}).message());
}

void RadosGateway::make_bucket(const std::string& bucket) const { put(bucket, "", ""); }

void RadosGateway::publish_bucket(const std::string& bucket) const {
  put(bucket, "policy",
      text(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":)",
           R"(["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::)", bucket,
           R"(","arn:aws:s3:::)", bucket, R"(/*"]}]})"));
}

}  // namespace stele::backend
