#include "door/postgres_backend.h"

#include <array>

#include "backend/postgres/postgres_store.h"
#include "base/text.h"
#include "base/try.h"
#include "door/opening.h"
#include "door/secrets.h"

namespace stele::door {

using backend::PostgresSettings;
using backend::PostgresStore;
using base::text;

namespace {

constexpr std::array<std::string_view, 24> kParameters = {"host",
                                                          "hostaddr",
                                                          "port",
                                                          "dbname",
                                                          "user",
                                                          "password",
                                                          "passfile",
                                                          "service",
                                                          "options",
                                                          "connect_timeout",
                                                          "sslmode",
                                                          "sslrootcert",
                                                          "sslcert",
                                                          "sslkey",
                                                          "sslpassword",
                                                          "sslcrl",
                                                          "sslsni",
                                                          "gssencmode",
                                                          "krbsrvname",
                                                          "channel_binding",
                                                          "requirepeer",
                                                          "application_name",
                                                          "target_session_attrs",
                                                          "ssl_min_protocol_version"};

Result<std::string> text_of(const Value& map, std::string_view key) {
  const Value* value = map.find_keyword(key);
  if (!value) return std::string();
  if (value->is(Kind::string)) return std::string(value->as_string());
  if (value->is(Kind::int64)) return text(value->as_int64());
  return invalid("config/syntax", text("in the store map ", shown(map), " :", key,
                                       " is neither a string nor a number"));
}

Result<PostgresSettings> settings_of(const Value& map) {
  STELE_TRY(const auto url, text_of(map, "url"));
  if (!url.empty()) return PostgresSettings::of_url(url);
  PostgresSettings::Parameters parameters;
  for (const auto name : kParameters) {
    STELE_TRY(auto value, text_of(map, name));
    if (!value.empty()) parameters.emplace_back(name, std::move(value));
  }
  STELE_TRY(auto prefix, text_of(map, map.find_keyword("prefix") ? "prefix" : "table"));
  return PostgresSettings::of_parameters(std::move(parameters), std::move(prefix));
}

}  // namespace

Result<std::shared_ptr<Store>> open_postgres(const Value& map, Access access) {
  STELE_TRY(const auto settings, settings_of(map));
  STELE_TRY(const bool read_only, wants_read_only(map));
  return open_or_create<PostgresStore>(
      settings, backend::PostgresStoreOptions{.read_only = read_only}, access);
}

Result<std::vector<Value>> postgres_stores_in(const Value& map) {
  STELE_TRY(const auto settings, settings_of(map));
  if (settings.names_prefix()) return std::vector{map};
  STELE_TRY(const auto prefixes, PostgresStore::prefixes(settings));
  std::vector<Value> stores;
  for (const auto& prefix : prefixes) {
    if (PostgresSettings::is_usual(prefix)) {
      stores.push_back(map);
    } else if (const Value* url = map.find_keyword("url")) {
      const auto sign = url->as_string().find('?') == std::string_view::npos ? '?' : '&';
      stores.push_back(
          with_entry(map, "url", Value(text(url->as_string(), sign, "prefix=", prefix))));
    } else {
      stores.push_back(with_entry(map, "prefix", Value(prefix)));
    }
  }
  return stores;
}

Result<bool> postgres_exists(const Value& map) {
  STELE_TRY(const auto settings, settings_of(map));
  return PostgresStore::exists(settings);
}

}  // namespace stele::door
