// HttpClient: requests over HTTP and HTTPS, many in flight, over connections that are kept.
//
//     HttpClient client;
//     HttpResponse answer = client.send({.url = "https://example.org/packs/5f0c"});
//     if (answer.failure != HttpResponse::Failure::none) … answer.problem says why
//
// One thread per client drives all transfers (libcurl's multi interface); callers block until their
// answers are there. Connections stay open for the next requests. Over TLS HTTP/2 is used where the
// server offers it. Redirects are not followed, bodies are not decompressed, and nothing is tried
// again, but for this: when a kept connection turns out to have been closed, the request is sent
// once more on a new one, and `sent_again` tells.
//
// A request that asks for it is hedged: once it is silent for longer than usual a second one like
// it goes out, the first good answer wins, and the other is given up (hedging.h).
//
// A status of 400 or more is an answer, not a failure: what it means is for the caller.
//
// Thread safety: full. Not usable on both sides of a fork(): see shared_http_client.
// Ownership: a client must outlive the calls under way; its destruction ends its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <stele/deadline.h>

#include "base/bytes.h"
#include "base/environment.h"

namespace stele::net {

struct Header {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // percent-encoded; sent as it is
  std::vector<Header> headers;
  // What a PUT or POST sends. It must stay where it is until the answer is there.
  base::ByteView body;
  Deadline deadline;
  // A GET that may be sent twice at once.
  bool hedged = false;
};

struct HttpResponse {
  enum class Failure : std::uint8_t {
    none,           // there is an answer: status, headers, body
    not_connected,  // no such host, nobody listens, no answer to the connection: nothing was sent
    untrusted,      // TLS could not be agreed upon, or the certificate is not trusted: nothing sent
    timed_out,      // the deadline, or a longer silence than allowed
    broken,         // the connection broke, or what came over it was not HTTP
    too_large,      // more bytes than the client takes
    no_library,     // libcurl is not installed
  };
  Failure failure = Failure::none;
  // Of a failure: the server may have got the request, all of it or a part.
  bool maybe_sent = false;
  // The request went out twice; the answer is that to the second.
  bool sent_again = false;
  std::string problem;  // of a failure: a clause without a full stop

  int status = 0;
  std::vector<Header> headers;  // names in lower case
  base::Bytes body;

  bool ok() const { return failure == Failure::none; }
  std::string_view text() const { return base::text(base::ByteView(body)); }
  // Null if there is none; `name` in lower case.
  const std::string* header(std::string_view name) const;
};

struct HttpClientOptions {
  int in_flight_max = 64;
  std::int64_t connect_ms = 5'000;
  // How long nothing may move on a connection that is not done; counted in whole seconds.
  std::int64_t silence_ms = 15'000;
  std::uint64_t body_bytes_max = std::uint64_t{1} << 31;
  // A file of certificates to trust instead of the system's; empty: the system's.
  std::string ca_bundle;
};

// What became of hedged requests so far.
struct HedgeCounts {
  std::uint64_t requests = 0;  // that might be hedged
  std::uint64_t seconds = 0;   // second requests
  std::uint64_t won = 0;       // whose answer was the one that was used
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {},
                      base::Environment& environment = base::system_environment());
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpResponse send(const HttpRequest& request);
  // All together, as many in flight as allowed; answers in the order of the requests.
  std::vector<HttpResponse> send_all(std::span<const HttpRequest> requests);

  // Requests that were begun so far, second ones among them.
  std::uint64_t requests_begun() const;
  HedgeCounts hedges() const;

 private:
  class Driver;
  std::unique_ptr<Driver> driver_;
};

// The client of this process for these certificates, made at the first use and ended with the last
// reference: stores on one server share its connections. After a fork() the child gets its own.
std::shared_ptr<HttpClient> shared_http_client(const std::string& ca_bundle);

// How long a server that refuses for now asks to be left alone (Retry-After, in seconds); 0 if it
// does not say.
std::int64_t retry_after_ms(const HttpResponse& response);

// Every byte but A-Z a-z 0-9 - . _ ~ as %XX, the form that signatures agree on; with `keep_slashes`
// also '/' stays.
std::string percent_encoded(std::string_view text, bool keep_slashes = false);

}  // namespace stele::net
