#include "backend/postgres/postgres_settings.h"

#include <algorithm>
#include <memory>

#include "backend/postgres/postgres_library.h"
#include "base/text.h"
#include "base/try.h"

namespace stele::backend {

using base::text;

namespace {

constexpr std::string_view kUsualPrefix = "stele";
// PostgreSQL cuts names at 63 bytes, and tables and their indexes add to the prefix.
constexpr std::size_t kPrefixBytesMax = 40;

bool is_secret(std::string_view name) { return name == "password" || name == "sslpassword"; }

Done check_prefix(std::string_view prefix) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_character = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  if (!prefix.empty() && prefix.size() <= kPrefixBytesMax && is_letter(prefix[0]) &&
      std::ranges::all_of(prefix, is_character)) {
    return {};
  }
  return invalid("config/prefix", text("'", prefix.substr(0, 2 * kPrefixBytesMax),
                                       "' is no prefix of tables: it has a "
                                       "to z, 0 to 9 and _, begins with a letter and has at most ",
                                       kPrefixBytesMax, " characters."));
}

// Takes `prefix=NAME` out of the query of the URL, because libpq does not know it.
std::string take_prefix(std::string& url) {
  const auto question = url.find('?');
  if (question == std::string::npos) return {};
  std::string kept, prefix;
  std::string_view rest = std::string_view(url).substr(question + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (one.starts_with("prefix=")) {
      prefix = one.substr(std::string_view("prefix=").size());
    } else if (!one.empty()) {
      kept += text(kept.empty() ? "?" : "&", one);
    }
  }
  url.replace(question, std::string::npos, kept);
  return prefix;
}

std::string_view value_of(const PostgresSettings::Parameters& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, [](const auto& p) { return p.first; });
  return found == parameters.end() ? std::string_view() : found->second;
}

std::string shown(const PostgresSettings::Parameters& parameters, std::string_view prefix) {
  std::string url = "postgres://";
  if (const auto user = value_of(parameters, "user"); !user.empty()) url += text(user, '@');
  url += value_of(parameters, "host");
  if (const auto port = value_of(parameters, "port"); !port.empty()) url += text(':', port);
  url += text('/', value_of(parameters, "dbname"));
  if (prefix != kUsualPrefix) url += text("?prefix=", prefix);
  return url;
}

}  // namespace

Result<PostgresSettings> PostgresSettings::of_url(std::string_view url) {
  const auto& pq = postgres_library();
  if (!pq.library.ok()) return unavailable("store/library", pq.library.problem());
  std::string plain(url);
  const std::string prefix = take_prefix(plain);
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(pq.PQconninfoFree)> options(
      pq.PQconninfoParse(plain.c_str(), &problem), pq.PQconninfoFree);
  if (!options) {
    // What libpq says may quote any part of the URL, a password too.
    if (problem) pq.PQfreemem(problem);
    return invalid("config/url",
                   "the URL of the PostgreSQL store is none that libpq can read; it looks like "
                   "postgres://user@host:5432/db?prefix=catalog, with reserved characters written "
                   "%XX and, behind the '?', libpq's parameters only.");
  }
  Parameters parameters;
  for (auto option = options.get(); option->keyword; ++option)
    if (option->val) parameters.emplace_back(option->keyword, option->val);
  return of_parameters(std::move(parameters), prefix);
}

Result<PostgresSettings> PostgresSettings::of_parameters(Parameters parameters,
                                                         std::string prefix) {
  PostgresSettings settings;
  settings.names_prefix_ = !prefix.empty();
  settings.prefix_ = prefix.empty() ? std::string(kUsualPrefix) : std::move(prefix);
  STELE_DO(check_prefix(settings.prefix_));
  settings.url_ = shown(parameters, settings.prefix_);
  settings.parameters_ = std::move(parameters);
  return settings;
}

bool PostgresSettings::is_usual(std::string_view prefix) { return prefix == kUsualPrefix; }

std::string PostgresSettings::without_secrets(std::string message) const {
  for (const auto& [name, value] : parameters_) {
    if (!is_secret(name) || value.empty()) continue;
    for (auto at = message.find(value); at != std::string::npos; at = message.find(value, at + 3))
      message.replace(at, value.size(), "***");
  }
  return message;
}

}  // namespace stele::backend
