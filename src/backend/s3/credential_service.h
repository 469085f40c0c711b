// Services that hand out credentials over HTTP: the agent of a container, and the metadata service
// of a virtual machine (its second version, with a token).
//
// They are asked only where the environment or the profile says so: nobody waits for an address
// that does not answer because stele runs somewhere else.
//
// Thread safety: functions of their arguments.
#pragma once

#include <string>

#include <stele/result.h>

#include "backend/s3/aws_signature.h"
#include "base/environment.h"
#include "net/http_client.h"

namespace stele::backend {

struct CredentialService {
  enum class Kind : std::uint8_t { none, container, machine };
  Kind kind = Kind::none;
  std::string url;            // container: of the credentials; machine: of the service
  std::string authorization;  // container: what it asks for, if anything

  bool operator==(const CredentialService&) const = default;
};

// Error: `unavailable` `:store/credentials` with the service's address; never a secret in it.
Result<AwsCredentials> ask_credentials(const CredentialService& service, net::HttpClient& http,
                                       Deadline deadline);

}  // namespace stele::backend
