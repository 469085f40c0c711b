// Where S3 stores find what was not said to them: credentials, region, endpoint.
//
// What is asked, in this order, as other programs for S3 do:
//   1  what the URL or map says (credentials: the map only)
//   2  the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; AWS_REGION,
//      AWS_DEFAULT_REGION; AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL; AWS_CA_BUNDLE
//   3  ~/.aws/credentials and ~/.aws/config (or AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE), the
//      profile that was named, or AWS_PROFILE, or "default"
//   4  credentials: the service that the environment names (AWS_CONTAINER_CREDENTIALS_FULL_URI or
//      …_RELATIVE_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN or …_TOKEN_FILE), or the profile does
//      (credential_source = EcsContainer or Ec2InstanceMetadata): credential_service.h
// A profile that was named to us comes before the environment's credentials. Nothing found means
// requests without a signature.
//
// Thread safety: functions of their arguments.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "backend/s3/aws_signature.h"
#include "backend/s3/credential_service.h"

namespace stele::backend {

// The machine's part, to be replaced by tests.
struct AwsSources {
  std::function<std::string(const char* name)> variable;  // "" if there is none
  std::function<std::optional<std::string>(const std::string& path)> file;
};
AwsSources system_aws_sources();

struct AwsSettings {
  AwsCredentials credentials;
  std::string region;
  std::string endpoint;
  std::string ca_bundle;
  std::string profile;
  bool anonymous = false;     // on purpose: look for no credentials
  CredentialService service;  // to be asked for credentials, where none were found
};

// `said` completed. Error: `invalid` `:config/syntax` if a profile was named that no file has, or
// half of a pair of keys is missing, or a service of credentials would be asked without TLS.
Result<AwsSettings> complete_aws_settings(AwsSettings said, const AwsSources& sources);

}  // namespace stele::backend
