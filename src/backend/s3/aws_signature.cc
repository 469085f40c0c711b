#include "backend/s3/aws_signature.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/text.h"

namespace stele::backend {

using base::text;

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

using Mac = std::array<std::uint8_t, 32>;

Mac hmac(base::ByteView key, std::string_view message) {
  Mac out;
  unsigned length = 0;
  const auto bytes = base::view(message);
  STELE_CHECK(::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(),
                     bytes.size(), out.data(), &length) != nullptr);
  return out;
}

std::string sha256_hex(std::string_view message) { return base::sha256(base::view(message)).hex(); }

// Without spaces around it, and with one for each run of them inside.
std::string collapsed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

struct CanonicalHeaders {
  std::string lines;  // name:value, a line each
  std::string names;  // joined by ';'
};

CanonicalHeaders canonical_headers(std::vector<net::Header> headers) {
  std::ranges::sort(headers, {}, &net::Header::name);
  CanonicalHeaders out;
  for (const auto& [name, value] : headers) {
    out.lines += text(name, ':', collapsed(value), '\n');
    out.names += text(out.names.empty() ? "" : ";", name);
  }
  return out;
}

Mac signing_key(std::string_view secret, std::string_view day, std::string_view region) {
  const auto of_day = hmac(base::view(text("AWS4", secret)), day);
  return hmac(hmac(hmac(of_day, region), "s3"), "aws4_request");
}

std::string padded(unsigned number, std::size_t digits) {
  std::string out = text(number);
  return std::string(digits - std::min(digits, out.size()), '0') + out;
}

}  // namespace

std::string canonical_query(std::vector<std::pair<std::string, std::string>> parameters) {
  for (auto& [name, value] : parameters) {
    name = net::percent_encoded(name);
    value = net::percent_encoded(value);
  }
  std::ranges::sort(parameters);
  std::string out;
  for (const auto& [name, value] : parameters)
    out += text(out.empty() ? "" : "&", name, '=', value);
  return out;
}

std::string authorization(const SignableRequest& request, const AwsCredentials& credentials,
                          std::string_view region, Instant now) {
  const auto headers = canonical_headers(request.headers);
  const std::string canonical = text(request.method, '\n', request.path, '\n', request.query, '\n',
                                     headers.lines, '\n', headers.names, '\n', request.body_sha256);
  const std::string time = amz_date(now);
  const std::string day = time.substr(0, 8);
  const std::string scope = text(day, '/', region, "/s3/aws4_request");
  const std::string to_sign =
      text(kAlgorithm, '\n', time, '\n', scope, '\n', sha256_hex(canonical));
  const auto signature = hmac(signing_key(credentials.secret_key, day, region), to_sign);
  return text(kAlgorithm, " Credential=", credentials.access_key, '/', scope,
              ",SignedHeaders=", headers.names, ",Signature=", base::to_hex(signature));
}

std::string amz_date(Instant now) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> time{chrono::milliseconds(now.ms)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(chrono::floor<chrono::seconds>(time - day));
  return text(padded(static_cast<unsigned>(static_cast<int>(date.year())), 4),
              padded(static_cast<unsigned>(date.month()), 2),
              padded(static_cast<unsigned>(date.day()), 2), 'T',
              padded(static_cast<unsigned>(clock.hours().count()), 2),
              padded(static_cast<unsigned>(clock.minutes().count()), 2),
              padded(static_cast<unsigned>(clock.seconds().count()), 2), 'Z');
}

std::optional<Instant> http_date(std::string_view date) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::size_t kLength = 29;
  if (date.size() != kLength || !date.ends_with(" GMT")) return std::nullopt;
  const auto month = kMonths.find(date.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  int numbers[5] = {};  // day, year, hour, minute, second
  const std::pair<std::size_t, std::size_t> places[5] = {
      {5, 2}, {12, 4}, {17, 2}, {20, 2}, {23, 2}};
  for (int i = 0; i < 5; ++i) {
    const char* begin = date.data() + places[i].first;
    const char* end = begin + places[i].second;
    if (std::from_chars(begin, end, numbers[i]).ptr != end) return std::nullopt;
  }
  namespace chrono = std::chrono;
  const chrono::year_month_day day(chrono::year(numbers[1]),
                                   chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                   chrono::day(static_cast<unsigned>(numbers[0])));
  if (!day.ok()) return std::nullopt;
  const std::int64_t days = chrono::sys_days(day).time_since_epoch().count();
  return Instant{((days * 24 + numbers[2]) * 60 + numbers[3]) * 60'000 + numbers[4] * 1'000};
}

}  // namespace stele::backend
