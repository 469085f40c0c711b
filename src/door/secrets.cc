#include "door/secrets.h"

#include <algorithm>
#include <array>

#include "edn/writer.h"

namespace stele::door {

namespace {

constexpr std::string_view kHidden = "***";
constexpr std::array<std::string_view, 4> kSecretKeys = {"password", "sslpassword", "secret-key",
                                                         "session-token"};

bool is_port(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The password between ':' and '@', which may hold what it should not.
void hide_between_user_and_host(std::string& url) {
  const auto authority = url.find("//");
  if (authority == std::string::npos) return;
  const auto colon = url.find(':', authority);
  const auto slash = url.find('/', authority + 2);
  auto at = url.rfind('@', slash);
  if (colon == std::string::npos) return;
  if (at == std::string::npos || at < colon) {
    // No '@' before the path: a port, or a password with a '/' in it.
    const auto word = std::string_view(url).substr(colon + 1);
    if (slash == std::string::npos || is_port(word.substr(0, slash - colon - 1))) return;
    at = url.rfind('@');
    if (at == std::string::npos || at < colon) return;
  }
  url.replace(colon + 1, at - colon - 1, kHidden);
}

void hide_in_query(std::string& url) {
  constexpr std::string_view kKey = "password=";
  const auto question = url.find('?');
  for (auto at = url.find(kKey, question); at != std::string::npos; at = url.find(kKey, at)) {
    at += kKey.size();
    const auto end = std::min(url.find_first_of("&#", at), url.size());
    url.replace(at, end - at, kHidden);
  }
}

bool is_secret(const Value& key) {
  return std::ranges::any_of(kSecretKeys, [&](auto secret) { return key.is_keyword(secret); });
}

Value without_secrets(const Value& value) {
  if (value.is(Kind::string) && value.as_string().find("//") != std::string_view::npos)
    return Value(shown_url(value.as_string()));
  if (!value.is(Kind::map)) return value;
  std::vector<Value::Entry> entries;
  for (const auto& [key, inner] : value.entries())
    entries.emplace_back(key, is_secret(key) ? Value(kHidden) : without_secrets(inner));
  return Value::map(std::move(entries));
}

}  // namespace

std::string shown_url(std::string_view url) {
  std::string shown(url);
  hide_between_user_and_host(shown);
  if (shown.find('?') != std::string::npos) hide_in_query(shown);
  return shown;
}

std::string shown(const Value& value) { return edn::write_short(without_secrets(value)); }

}  // namespace stele::door
