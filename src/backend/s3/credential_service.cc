#include "backend/s3/credential_service.h"

#include "base/text.h"
#include "base/try.h"

namespace stele::backend {

using base::text;
using net::HttpRequest;

namespace {

constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";

Error no_credentials(std::string_view url, std::string_view why) {
  return unavailable("store/credentials",
                     text("The service of credentials at ", url, " gave none: ", why,
                          ". AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_CREDENTIALS_"
                          "RELATIVE_URI or the profile's credential_source name it; keys in the "
                          "environment or the profile are used instead where there are some."));
}

Result<std::string> ask(net::HttpClient& http, const HttpRequest& request) {
  const auto response = http.send(request);
  const auto shown = request.url.substr(0, request.url.find('?'));
  if (!response.ok()) return no_credentials(shown, response.problem);
  if (response.status != 200) return no_credentials(shown, text("it answered ", response.status));
  return std::string(response.text());
}

// The string under a key of a flat JSON object; the values here have no escapes but "\/".
std::string json_text(std::string_view json, std::string_view key) {
  const auto quoted = text('"', key, '"');
  const auto at = json.find(quoted);
  if (at == std::string_view::npos) return {};
  const auto open = json.find_first_not_of(" \t\r\n:", at + quoted.size());
  if (open == std::string_view::npos || json[open] != '"') return {};
  std::string value;
  for (auto i = open + 1; i < json.size() && json[i] != '"'; ++i)
    if (json[i] != '\\') value += json[i];
  return value;
}

Result<AwsCredentials> read(std::string_view url, std::string_view json) {
  AwsCredentials credentials{json_text(json, "AccessKeyId"), json_text(json, "SecretAccessKey"),
                             json_text(json, "Token")};
  if (!credentials.access_key.empty() && !credentials.secret_key.empty()) return credentials;
  return no_credentials(url, "its answer has no AccessKeyId and SecretAccessKey");
}

Result<AwsCredentials> ask_machine(const std::string& url, net::HttpClient& http,
                                   Deadline deadline) {
  STELE_TRY(const auto token,
            ask(http, {.method = "PUT",
                       .url = url + "/latest/api/token",
                       .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}},
                       .deadline = deadline}));
  const std::vector<net::Header> headers = {{"X-aws-ec2-metadata-token", token}};
  const std::string roles = text(url, kRoles);
  STELE_TRY(auto role, ask(http, {.url = roles, .headers = headers, .deadline = deadline}));
  role = role.substr(0, role.find_first_of("\r\n"));
  if (role.empty()) return no_credentials(roles, "the machine has no role");
  const std::string of_role = roles + net::percent_encoded(role);
  STELE_TRY(const auto json, ask(http, {.url = of_role, .headers = headers, .deadline = deadline}));
  return read(of_role, json);
}

}  // namespace

Result<AwsCredentials> ask_credentials(const CredentialService& service, net::HttpClient& http,
                                       Deadline deadline) {
  if (service.kind == CredentialService::Kind::machine)
    return ask_machine(service.url, http, deadline);
  HttpRequest request{.url = service.url, .deadline = deadline};
  if (!service.authorization.empty())
    request.headers.push_back({"Authorization", service.authorization});
  STELE_TRY(const auto json, ask(http, request));
  return read(service.url.substr(0, service.url.find('?')), json);
}

}  // namespace stele::backend
