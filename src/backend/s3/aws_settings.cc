#include "backend/s3/aws_settings.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "base/text.h"
#include "base/try.h"

namespace stele::backend {

using base::text;

namespace {

using Section = std::map<std::string, std::string, std::less<>>;
using Sections = std::map<std::string, Section, std::less<>>;

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view kSpace = " \t\r";
  const auto begin = s.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return s.substr(begin, s.find_last_not_of(kSpace) - begin + 1);
}

// [section] / key = value. Indented lines belong to settings of others and are passed over.
Sections parse_ini(std::string_view ini) {
  Sections sections;
  Section* section = nullptr;
  while (!ini.empty()) {
    const auto end = std::min(ini.find('\n'), ini.size());
    const auto line = ini.substr(0, end);
    ini.remove_prefix(std::min(end + 1, ini.size()));
    if (line.empty() || line[0] == '#' || line[0] == ';' || line[0] == ' ' || line[0] == '\t') {
      continue;
    }
    if (line[0] == '[') {
      auto name = trimmed(line.substr(1, line.find(']') - 1));
      if (name.starts_with("profile ")) name = trimmed(name.substr(8));
      section = &sections[std::string(name)];
    } else if (const auto equals = line.find('='); section && equals != std::string_view::npos) {
      (*section)[std::string(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
    }
  }
  return sections;
}

std::string first_of(std::initializer_list<std::string> choices) {
  for (const auto& choice : choices)
    if (!choice.empty()) return choice;
  return {};
}

// What the files say of one profile, those of credentials first.
struct Profile {
  bool found = false;
  Section values;

  std::string value(std::string_view key) const {
    const auto at = values.find(key);
    return at == values.end() ? "" : at->second;
  }
};

Profile read_profile(const std::string& name, const AwsSources& sources) {
  const std::string folder = sources.variable("HOME") + "/.aws/";
  Profile profile;
  for (const auto& path :
       {first_of({sources.variable("AWS_SHARED_CREDENTIALS_FILE"), folder + "credentials"}),
        first_of({sources.variable("AWS_CONFIG_FILE"), folder + "config"})}) {
    const auto content = sources.file(path);
    if (!content) continue;
    const auto sections = parse_ini(*content);
    const auto section = sections.find(name);
    if (section == sections.end()) continue;
    profile.found = true;
    profile.values.insert(section->second.begin(), section->second.end());
  }
  return profile;
}

AwsCredentials of_environment(const AwsSources& sources) {
  return {sources.variable("AWS_ACCESS_KEY_ID"), sources.variable("AWS_SECRET_ACCESS_KEY"),
          sources.variable("AWS_SESSION_TOKEN")};
}

AwsCredentials of_profile(const Profile& profile) {
  return {profile.value("aws_access_key_id"), profile.value("aws_secret_access_key"),
          profile.value("aws_session_token")};
}

bool is_there(const AwsCredentials& credentials) {
  return !credentials.access_key.empty() || !credentials.secret_key.empty();
}

AwsCredentials choose_credentials(const AwsSettings& said, const Profile& profile,
                                  const AwsSources& sources) {
  if (said.anonymous) return {};
  if (is_there(said.credentials)) return said.credentials;
  if (!said.profile.empty()) return of_profile(profile);
  if (auto found = of_environment(sources); is_there(found)) return found;
  return of_profile(profile);
}

// Credentials come back in plain text: without TLS, only from this machine and its own network.
bool is_near(std::string_view url) {
  if (url.starts_with("https://")) return true;
  for (const std::string_view host :
       {"127.0.0.1", "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"}) {
    const std::string base = text("http://", host);
    if (url.starts_with(base) &&
        (url.size() == base.size() || url[base.size()] == ':' || url[base.size()] == '/')) {
      return true;
    }
  }
  return false;
}

Result<CredentialService> container_service(const AwsSources& sources) {
  CredentialService service{CredentialService::Kind::container,
                            sources.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                            sources.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")};
  const auto relative = sources.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) service.url = "http://169.254.170.2" + relative;
  if (!is_near(service.url)) {
    return invalid("config/syntax",
                   "AWS_CONTAINER_CREDENTIALS_FULL_URI names a service that is neither on this "
                   "machine nor reached over https: credentials are not asked for there");
  }
  const auto file = sources.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (auto content = file.empty() ? std::nullopt : sources.file(file))
    service.authorization = trimmed(content->substr(0, content->find('\n')));
  return service;
}

// The service that is named in the environment, or in the profile.
Result<CredentialService> choose_service(const Profile& profile, const AwsSources& sources) {
  const std::string source = profile.value("credential_source");
  const bool in_container = !sources.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty() ||
                            !sources.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty();
  if (in_container && source != "Ec2InstanceMetadata") return container_service(sources);
  const bool disabled = sources.variable("AWS_EC2_METADATA_DISABLED") == "true";
  if (source != "Ec2InstanceMetadata" || disabled) return CredentialService();
  auto url =
      first_of({sources.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"), "http://169.254.169.254"});
  while (url.ends_with('/')) url.pop_back();
  return CredentialService{CredentialService::Kind::machine, std::move(url), ""};
}

}  // namespace

Result<AwsSettings> complete_aws_settings(AwsSettings said, const AwsSources& sources) {
  const std::string name = first_of({said.profile, sources.variable("AWS_PROFILE"), "default"});
  const Profile profile = read_profile(name, sources);
  if (!profile.found && !said.profile.empty()) {
    return invalid("config/syntax",
                   text("there is no profile '", name, "' in ~/.aws/credentials or ~/.aws/config"));
  }
  said.credentials = choose_credentials(said, profile, sources);
  if (said.credentials.access_key.empty() != said.credentials.secret_key.empty()) {
    return invalid("config/syntax",
                   "an access key and a secret key come together; one of them is missing (in the "
                   "map, the environment, or the profile)");
  }
  if (!said.anonymous && !is_there(said.credentials)) {
    STELE_TRY(said.service, choose_service(profile, sources));
  }
  said.region =
      first_of({said.region, sources.variable("AWS_REGION"), sources.variable("AWS_DEFAULT_REGION"),
                profile.value("region"), "us-east-1"});
  said.endpoint = first_of({said.endpoint, sources.variable("AWS_ENDPOINT_URL_S3"),
                            sources.variable("AWS_ENDPOINT_URL"), profile.value("endpoint_url")});
  said.ca_bundle =
      first_of({said.ca_bundle, sources.variable("AWS_CA_BUNDLE"), profile.value("ca_bundle")});
  return said;
}

AwsSources system_aws_sources() {
  return {[](const char* name) -> std::string {
            const char* value = std::getenv(name);
            return value ? value : "";
          },
          [](const std::string& path) -> std::optional<std::string> {
            std::ifstream in(path);
            if (!in) return std::nullopt;
            return std::string(std::istreambuf_iterator<char>(in), {});
          }};
}

}  // namespace stele::backend
