#include "backend/http/http_errors.h"

#include "base/text.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;
using Failure = net::HttpResponse::Failure;

namespace {

constexpr std::int64_t kClockTickMs = 10;

// The HTTP client's clock may be a little ahead of ours.
bool is_over(Deadline deadline, base::Environment& environment) {
  const bool never = deadline.steady_ms == Deadline::kNever;
  return !never && environment.steady_ms() + kClockTickMs >= deadline.steady_ms;
}

// Servers repeat the query, in which there may be a secret, when they point elsewhere.
std::string shown_address(const std::string& url) {
  const auto address = HttpAddress::read(url);
  return address.ok() ? address->shown() : url.substr(0, url.find('?'));
}

Error no_answer(const std::string& shown, const net::HttpResponse& response,
                std::string_view doing) {
  const std::string where = text(" while ", doing, " (", response.problem, ")");
  switch (response.failure) {
    case Failure::no_library:
      return unavailable("store/library", text("Web servers need libcurl. ", response.problem));
    case Failure::not_connected:
      return unavailable("store/unreachable",
                         text(shown, " cannot be reached", where,
                              ". Is the address right, and the server running?"));
    case Failure::untrusted:
      return unavailable("store/tls",
                         text(shown, " is not trusted", where,
                              ". If its certificate is by an authority of your own, name that "
                              "authority's file: {:backend :http :url … :ca-bundle \"FILE\"}."));
    case Failure::timed_out:
      return unavailable("store/timeout", text(shown, " did not answer in time", where, "."));
    case Failure::too_large:
      return unavailable("store/answer",
                         text("The answer of ", shown, " is too large", where, "."));
    default:
      return unavailable("store/broken",
                         text("The connection to ", shown,
                              " broke, or what came over it was no HTTP,", where, "."));
  }
}

}  // namespace

Error http_error(const HttpAddress& address, const net::HttpResponse& response,
                 std::string_view doing, Deadline deadline, base::Environment& environment) {
  const std::string& shown = address.shown();
  if (response.failure == Failure::timed_out && is_over(deadline, environment))
    return store::deadline_passed(shown, doing);
  if (!response.ok()) return no_answer(shown, response, doing);
  const std::string said = text(shown, " answered ", response.status, " while ", doing, ".");
  if (response.status == 401 || response.status == 403)
    return unavailable("store/denied", text(said, " Reading is not allowed as we ask."));
  if (response.status == 429 || response.status >= 500)
    return store::busy(said, net::retry_after_ms(response));
  if (response.status / 100 == 3) {
    const std::string* header = response.header("location");
    const auto location = header ? shown_address(*header) : std::string();
    return invalid(
        "store/redirect",
        text(said, " Redirects are not followed",
             location.empty() ? "" : text("; it points to ", location, ": connect there"), "."));
  }
  return unavailable("store/answer", said);
}

Error bad_answer(const HttpAddress& address, std::string_view doing, std::string_view what) {
  return unavailable("store/answer",
                     text("What ", address.shown(), " answered while ", doing,
                          " cannot be used: ", what, ". Is a published database at this address?"));
}

}  // namespace stele::backend
