#include "door/secrets.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::door {

using base::text;

namespace {

constexpr std::string_view kHidden = "***";
// Parts of the names of what is secret, as :secret-key, "sslpassword", :session-token.
constexpr std::array<std::string_view, 8> kSecretWords = {
    "password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "private-key"};

std::string lower_case(std::string_view in) {
  std::string out(in);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool names_a_secret(std::string_view name) {
  const auto lower = lower_case(name);
  return std::ranges::any_of(kSecretWords,
                             [&](auto word) { return lower.find(word) != std::string::npos; });
}

bool is_port(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The password between ':' and '@' behind the "//" at `authority`; it may hold what it should not.
void hide_between_user_and_host(std::string& url, std::size_t authority) {
  const auto colon = url.find(':', authority);
  const auto slash = url.find('/', authority + 2);
  auto at = url.rfind('@', slash);
  if (colon == std::string::npos) return;
  if (at == std::string::npos || at < colon) {
    // No '@' before the path: a port, an address in brackets, a password with a '/' in it, or one
    // behind which the host was left out.
    if (slash < colon || url[authority + 2] == '[') return;
    const auto end = std::min({slash, url.find_first_of("?#&", colon), url.size()});
    if (is_port(std::string_view(url).substr(colon + 1, end - colon - 1))) return;
    at = url.rfind('@');
    if (at == std::string::npos || at < colon) at = end;
  }
  url.replace(colon + 1, at - colon - 1, kHidden);
}

bool is_web_address(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

// Names before the host may be keys, and so may be anything in the query, up to the marks.
void hide_in_web_address(std::string& url) {
  const auto authority = url.find("//") + 2;
  hide_between_user_and_host(url, authority - 2);
  const auto path = std::min(url.find('/', authority), url.find('?', authority));
  const auto at = url.rfind('@', path);
  if (at != std::string::npos && at > authority) url.replace(authority, at - authority, kHidden);
  const auto question = url.find('?');
  if (question == std::string::npos) return;
  const auto slash = std::max(url.rfind('/'), question);
  const auto end = std::min(url.find_first_of("@#", slash), url.size());
  url.replace(question + 1, end - question - 1, kHidden);
}

// `password=…` and its like, wherever it stands; in quotes, it may hold spaces.
void hide_assigned(std::string& url) {
  for (std::size_t at = 0; (at = url.find('=', at)) != std::string::npos; ++at) {
    auto end_of_name = at;
    while (end_of_name > 0 && url[end_of_name - 1] == ' ') --end_of_name;
    const auto before = url.find_last_of(" ?&;,\"'{", end_of_name == 0 ? 0 : end_of_name - 1);
    const auto begin = before == std::string::npos ? 0 : before + 1;
    if (begin > end_of_name) continue;
    if (!names_a_secret(std::string_view(url).substr(begin, end_of_name - begin))) continue;
    auto value = std::min(url.find_first_not_of(' ', at + 1), url.size());
    const bool quoted = value < url.size() && url[value] == '\'';
    auto end = quoted ? url.rfind('\'') + 1 : url.find_first_of("&# ", value);
    end = std::min(std::max(end, value), url.size());
    url.replace(value, end - value, kHidden);
    at = value;
  }
}

bool is_secret(const Value& key) {
  if (key.is(Kind::keyword) || key.is(Kind::symbol)) return names_a_secret(key.name());
  return key.is(Kind::string) && names_a_secret(key.as_string());
}

bool may_hold_secrets(std::string_view edn) {
  const auto authority = edn.find("://");
  const bool has_url = authority != std::string_view::npos;
  return names_a_secret(edn) || (has_url && edn.find_first_of(":@?", authority + 3) != edn.npos);
}

template <typename Items>
std::vector<Value> all_without_secrets(const Items& items) {
  std::vector<Value> out;
  for (const auto& item : items) out.push_back(without_secrets(item));
  return out;
}

}  // namespace

std::string shown_url(std::string_view url) {
  if (url.starts_with("tiered:")) {
    const auto back = url.find(',') == std::string_view::npos ? 7 : url.find(',') + 1;
    return text(url.substr(0, back), shown_url(url.substr(back)));
  }
  std::string shown(url);
  if (is_web_address(url)) {
    hide_in_web_address(shown);
  } else {
    for (auto at = shown.find("//"); at != std::string::npos; at = shown.find("//", at + 2))
      hide_between_user_and_host(shown, at);
  }
  hide_assigned(shown);
  return shown;
}

std::string shown_location(std::string_view url_or_map) {
  if (!url_or_map.starts_with('{')) return shown_url(url_or_map);
  const auto map = edn::read(url_or_map);
  return map.ok() ? shown(*map) : std::string("{…}");
}

Value without_secrets(const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      return Value(shown_url(value.as_string()));
    case Kind::vector:
      return Value::vector(all_without_secrets(value.items()));
    case Kind::list:
      return Value::list(all_without_secrets(value.items()));
    case Kind::tagged:
      return Value::tagged(value.name(), without_secrets(value.tagged_value()));
    case Kind::map:
      break;
    default:
      return value;
  }
  std::vector<Value::Entry> entries;
  for (const auto& [key, inner] : value.entries())
    entries.emplace_back(key, is_secret(key) ? Value(kHidden) : without_secrets(inner));
  return Value::map(std::move(entries));
}

std::string shown(const Value& value) { return edn::write_short(without_secrets(value)); }

Result<Value> read_discreetly(std::string_view edn) {
  auto value = edn::read(edn);
  if (value.ok() || !may_hold_secrets(edn)) return value;
  const Error& error = value.error();
  const Value* line = error.data().find_keyword("line");
  const Value* column = error.data().find_keyword("column");
  std::string place = "at its end";
  if (line && column) place = text("at line ", line->as_int64(), ", column ", column->as_int64());
  Error told(
      error.category(), std::string(error.code()),
      text("unreadable EDN ", place, "; it is not shown because there may be a password in it"));
  if (line && column) told = std::move(told).with("line", *line).with("column", *column);
  return told;
}

}  // namespace stele::door
