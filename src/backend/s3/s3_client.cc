#include "backend/s3/s3_client.h"

#include <algorithm>

#include "backend/s3/s3_xml.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;
using Failure = net::HttpResponse::Failure;

namespace {

// Servers refuse requests whose time is 15 minutes off; below this it was not the clock.
constexpr std::int64_t kSkewMs = 60'000;
constexpr std::size_t kSaidBytesMax = 300;
constexpr std::int64_t kClockTickMs = 10;
constexpr std::int64_t kCredentialsMs = 5'000;
// The status of an answer that stands for a request that was not sent: its problem is the error's.
constexpr int kNoCredentials = -1;

}  // namespace

std::string s3_code(const net::HttpResponse& response) { return xml_text(response.text(), "Code"); }

S3Client::S3Client(S3Address address, AwsSettings settings, Reload reload,
                   std::shared_ptr<net::HttpClient> http, base::Environment& environment)
    : address_(std::move(address)),
      region_(std::move(settings.region)),
      ca_bundle_(std::move(settings.ca_bundle)),
      has_service_(settings.service.kind != CredentialService::Kind::none),
      reload_(std::move(reload)),
      http_(std::move(http)),
      environment_(environment),
      credentials_(std::move(settings.credentials)) {}

AwsCredentials S3Client::credentials() const {
  base::Lock lock(mutex_);
  return credentials_;
}

S3Client::Response S3Client::send(const S3Request& request, Deadline deadline) {
  return std::move(send_all({&request, 1}, deadline).front());
}

std::vector<S3Client::Response> S3Client::send_all(std::span<const S3Request> requests,
                                                   Deadline deadline) {
  if (auto found = find_credentials(deadline); !found.ok()) {
    Response none{.failure = Failure::not_connected, .problem = found.error().message()};
    none.status = kNoCredentials;
    return std::vector<Response>(requests.size(), none);
  }
  std::vector<net::HttpRequest> wire;
  for (const auto& request : requests) wire.push_back(sign(request, deadline));
  auto responses = http_->send_all(wire);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!mend(responses[i], deadline)) continue;
    responses[i] = http_->send(sign(requests[i], deadline));
  }
  return responses;
}

net::HttpRequest S3Client::sign(const S3Request& request, Deadline deadline) const {
  const std::string path = address_.path(request.object);
  const std::string query = canonical_query(request.query);
  net::HttpRequest wire{.method = request.method,
                        .url = text(address_.endpoint(), path, query.empty() ? "" : "?", query),
                        .headers = request.headers,
                        .body = request.body,
                        .deadline = deadline,
                        .hedged = request.hedged};
  const auto credentials = this->credentials();
  if (credentials.anonymous()) return wire;
  const Instant now{environment_.now().ms + clock_offset_ms_};
  SignableRequest signable{request.method, path, query, {}, base::sha256(request.body).hex()};
  std::vector<net::Header> amz = {{"x-amz-content-sha256", signable.body_sha256},
                                  {"x-amz-date", amz_date(now)}};
  if (!credentials.session_token.empty()) {
    amz.push_back({"x-amz-security-token", credentials.session_token});
  }
  wire.headers.insert(wire.headers.end(), amz.begin(), amz.end());
  signable.headers = std::move(amz);
  signable.headers.push_back({"host", address_.host()});
  wire.headers.push_back({"authorization", authorization(signable, credentials, region_, now)});
  return wire;
}

Instant S3Client::server_time(const Response& response) const {
  const auto* date = response.header("date");
  const auto told = date ? http_date(*date) : std::nullopt;
  return told.value_or(Instant{environment_.now().ms + clock_offset_ms_});
}

Done S3Client::find_credentials(Deadline deadline) {
  if (!has_service_ || !credentials().anonymous()) return {};
  const auto patience = base::deadline_after(environment_, kCredentialsMs);
  STELE_TRY(auto found, reload_({std::min(deadline.steady_ms, patience.steady_ms)}));
  base::Lock lock(mutex_);
  credentials_ = std::move(found);
  return {};
}

bool S3Client::mend(const Response& response, Deadline deadline) {
  if (!response.ok() || (response.status != 403 && response.status != 400)) return false;
  if (response.status == 403 && mend_clock(response)) return true;
  const auto code = s3_code(response);
  if (code != "ExpiredToken" && code != "InvalidAccessKeyId" && code != "InvalidToken") {
    return false;
  }
  if (!reload_) return false;
  const auto patience = base::deadline_after(environment_, kCredentialsMs);
  auto newer = reload_({std::min(deadline.steady_ms, patience.steady_ms)});
  base::Lock lock(mutex_);
  if (!newer.ok() || *newer == credentials_) return false;
  credentials_ = std::move(*newer);
  return true;
}

bool S3Client::mend_clock(const Response& response) {
  const std::int64_t offset_ms = server_time(response).ms - environment_.now().ms;
  const std::int64_t off_ms = offset_ms - clock_offset_ms_;
  if (off_ms < kSkewMs && off_ms > -kSkewMs) return false;
  clock_offset_ms_ = offset_ms;
  return true;
}

// --- errors ------------------------------------------------------------------------------------

Error S3Client::error_of(const Response& response, std::string_view doing,
                         Deadline deadline) const {
  if (response.status == kNoCredentials) return unavailable("store/credentials", response.problem);
  if (!response.ok()) return failure(response, doing, deadline);
  return refusal(response, doing);
}

// The HTTP client's clock may be a little ahead of ours.
bool S3Client::is_over(Deadline deadline) const {
  const bool never = deadline.steady_ms == Deadline::kNever;
  return !never && environment_.steady_ms() + kClockTickMs >= deadline.steady_ms;
}

Error S3Client::failure(const Response& response, std::string_view doing, Deadline deadline) const {
  const std::string where = text("while ", doing, " in ", address_.url());
  const std::string said = text(" (", response.problem, ")");
  switch (response.failure) {
    case Failure::no_library:
      return unavailable("store/library", text("Object stores need libcurl. ", response.problem));
    case Failure::not_connected:
      return unavailable("store/unreachable",
                         text(address_.endpoint(), " cannot be reached ", where, said,
                              ". Is the endpoint the right one, and is the server running?"));
    case Failure::untrusted:
      return unavailable(
          "store/tls",
          text(address_.endpoint(), " is not trusted ", where, said,
               ". If its certificate is by an authority of your own, name that authority's file "
               "as ca-bundle=FILE or in AWS_CA_BUNDLE",
               ca_bundle_.empty() ? "." : text("; ", ca_bundle_, " is used now.")));
    case Failure::timed_out:
      if (is_over(deadline)) return store::deadline_passed(address_.url(), doing);
      return unavailable("store/timeout",
                         text(address_.endpoint(), " did not answer in time ", where, said, "."));
    case Failure::too_large:
      return unavailable("store/answer", text("The answer is too large ", where, said, "."));
    default:
      return unavailable("store/broken", text("The connection to ", address_.endpoint(),
                                              " broke, or what it sent "
                                              "was no HTTP, ",
                                              where, said, "."));
  }
}

Error S3Client::refusal(const Response& response, std::string_view doing) const {
  const std::string code = s3_code(response);
  std::string message = xml_text(response.text(), "Message").substr(0, kSaidBytesMax);
  const std::string said =
      text("The answer while ", doing, " in ", address_.url(), " was ", response.status,
           code.empty() ? "" : " ", code, message.empty() ? "" : text(" (", message, ")"), ".");
  const auto* region = response.header("x-amz-bucket-region");
  const std::string right_region = region ? *region : xml_text(response.text(), "Region");
  if (!right_region.empty() && right_region != region_) {
    return invalid("store/region", text(said, " The bucket is in the region ", right_region,
                                        ", not in ", region_, ": say region=", right_region, "."));
  }
  if (code == "NoSuchBucket") {
    return unavailable("store/missing", text("There is no bucket ", address_.bucket(), " at ",
                                             address_.endpoint(), ". Make it first."));
  }
  if (response.status == 401 || response.status == 403 || code == "ExpiredToken" ||
      code == "InvalidToken") {
    return denial(code, said);
  }
  if (response.status == 429 || response.status >= 500) {
    if (response.status == 501) return invalid("store/unsupported", said);
    return store::busy(said, net::retry_after_ms(response));
  }
  if (response.status >= 300) {
    return invalid("store/refused",
                   text(said, " Is ", address_.endpoint(), " the endpoint of an S3 service?"));
  }
  return unavailable("store/answer",
                     text(said, " That is not how an S3 service answers: is something else at ",
                          address_.endpoint(), "?"));
}

Error S3Client::denial(std::string_view code, std::string said) const {
  const bool anonymous = credentials().anonymous();
  std::string_view advice =
      " The credentials do not allow it, or are wrong: ask for more, or use others.";
  if (anonymous) {
    advice =
        " No credentials were sent, because none were found in the map, in the environment "
        "(AWS_ACCESS_KEY_ID) and in ~/.aws/credentials.";
  } else if (code == "ExpiredToken" || code == "InvalidToken") {
    advice = " The session token has expired or is wrong: get new credentials.";
  } else if (code == "InvalidAccessKeyId") {
    advice = " The server does not know the access key.";
  } else if (code == "SignatureDoesNotMatch") {
    advice = " The secret key is wrong.";
  } else if (code == "RequestTimeTooSkewed") {
    advice = " The clock of this machine is wrong.";
  }
  return unavailable("store/denied", said + std::string(advice));
}

}  // namespace stele::backend
