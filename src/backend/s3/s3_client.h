// S3Client: signed requests to one bucket, and what its refusals mean.
//
// Where a service hands out the credentials it is asked before the first request. A request that is
// refused because the clocks differ is signed again by the server's clock; one
// that is refused because its credentials have expired is signed again if newer ones are found
// where the first were. Nothing else is tried again here.
//
// Thread safety: full.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <stele/result.h>

#include "backend/s3/aws_settings.h"
#include "backend/s3/s3_address.h"
#include "base/mutex.h"
#include "net/http_client.h"

namespace stele::backend {

struct S3Request {
  std::string method = "GET";
  std::string object;  // its name in the bucket; "": the bucket
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<net::Header> headers;
  base::ByteView body;
  bool hedged = false;  // net::HttpRequest has it
};

class S3Client {
 public:
  using Response = net::HttpResponse;
  // The credentials that there are now.
  using Reload = std::function<Result<AwsCredentials>(Deadline)>;

  S3Client(S3Address address, AwsSettings settings, Reload reload,
           std::shared_ptr<net::HttpClient> http, base::Environment& environment);

  const S3Address& address() const { return address_; }
  base::Environment& environment() const { return environment_; }

  Response send(const S3Request& request, Deadline deadline);
  // All together; answers in the order of the requests.
  std::vector<Response> send_all(std::span<const S3Request> requests, Deadline deadline);

  // The error of a failure, or of an answer that is not what was hoped for, met while `doing`
  // ("reading packs/5f0c"). Never a secret in it.
  Error error_of(const Response& response, std::string_view doing, Deadline deadline) const;

  // The server's clock at the time of the answer.
  Instant server_time(const Response& response) const;

 private:
  net::HttpRequest sign(const S3Request& request, Deadline deadline) const;
  // Asks for the first credentials, where a service has them. Error: `:store/credentials`.
  Done find_credentials(Deadline deadline);
  // Can the request be refused for another reason now? Then it is worth signing again.
  bool mend(const Response& response, Deadline deadline);
  bool mend_clock(const Response& response);
  AwsCredentials credentials() const;
  bool is_over(Deadline deadline) const;
  Error failure(const Response& response, std::string_view doing, Deadline deadline) const;
  Error refusal(const Response& response, std::string_view doing) const;
  Error denial(std::string_view code, std::string said) const;

  const S3Address address_;
  const std::string region_;
  const std::string ca_bundle_;
  const bool has_service_;  // of credentials
  const Reload reload_;
  const std::shared_ptr<net::HttpClient> http_;
  base::Environment& environment_;
  std::atomic<std::int64_t> clock_offset_ms_{0};  // the server's clock minus ours
  mutable base::Mutex mutex_;
  AwsCredentials credentials_;
};

// The code of an error that S3 answered ("NoSuchKey"); "" if the answer names none.
std::string s3_code(const net::HttpResponse& response);

}  // namespace stele::backend
