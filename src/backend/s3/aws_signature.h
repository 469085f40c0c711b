// AWS Signature Version 4: what makes a request to S3 and its likes authentic.
//
//   canonical request   method, path, query, signed headers, SHA-256 of the body: a text
//   string to sign      algorithm, time, scope (day/region/service), SHA-256 of that text
//   signature           HMAC by a key derived from the secret key and the scope
//
// Signed by hand because libcurl 7.88's own signer fails most requests to S3: it sends no
// x-amz-content-sha256, does not sort the query, and signs headers that it then suppresses.
//
// Thread safety: functions of their arguments.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stele/value.h>

#include "base/bytes.h"
#include "net/http_client.h"

namespace stele::backend {

struct AwsCredentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // of temporary credentials

  bool anonymous() const { return access_key.empty(); }
  bool operator==(const AwsCredentials&) const = default;
};

// A request as far as it is signed.
struct SignableRequest {
  std::string method;
  std::string path;                  // percent-encoded, once
  std::string query;                 // as canonical_query gives it
  std::vector<net::Header> headers;  // those to sign; names in lower case; host among them
  std::string body_sha256;           // in hex
};

// The parameters in the order of their encoded names, always as name=value.
std::string canonical_query(std::vector<std::pair<std::string, std::string>> parameters);

// The value of the header `authorization`. `now` is what the header x-amz-date says too.
std::string authorization(const SignableRequest& request, const AwsCredentials& credentials,
                          std::string_view region, Instant now);

// 20130524T000000Z
std::string amz_date(Instant now);

// The time that a `Date` header names ("Fri, 24 May 2013 00:00:00 GMT"); nothing if it is none.
std::optional<Instant> http_date(std::string_view date);

}  // namespace stele::backend
