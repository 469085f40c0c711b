#include "door/s3_backend.h"

#include <algorithm>
#include <array>

#include "backend/s3/s3_store.h"
#include "base/text.h"
#include "base/try.h"
#include "door/opening.h"
#include "edn/writer.h"

namespace stele::door {

using base::text;

namespace {

constexpr std::array<std::string_view, 13> kKeys = {
    "backend",     "bucket",     "prefix",     "endpoint",   "region",
    "profile",     "ca-bundle",  "access-key", "secret-key", "session-token",
    "path-style?", "anonymous?", "read-only?"};

Done take_text(const Value& map, std::string_view key, std::string& out) {
  const Value* found = map.find_keyword(key);
  if (!found) return {};
  if (!found->is(Kind::string)) {
    return invalid("config/syntax", text("in a map with :backend :s3, :", key, " is a string"));
  }
  out = found->as_string();
  return {};
}

Result<std::optional<bool>> flag(const Value& map, std::string_view key) {
  const Value* found = map.find_keyword(key);
  if (!found) return std::optional<bool>();
  if (found->is(Kind::boolean)) return std::optional(found->as_bool());
  return invalid("config/syntax", text("in a map with :backend :s3, :", key, " is true or false"));
}

Done check_keys(const Value& map) {
  for (const auto& [key, value] : map.entries()) {
    const auto is_it = [&k = key](std::string_view name) { return k.is_keyword(name); };
    if (std::ranges::any_of(kKeys, is_it)) continue;
    return invalid("config/unknown-key",
                   text("a map with :backend :s3 has no key ", edn::write_short(key),
                        "; it knows :bucket :prefix :endpoint :region :profile :ca-bundle "
                        ":access-key :secret-key :session-token :path-style? :anonymous? "
                        ":read-only?"));
  }
  return {};
}

Result<backend::S3StoreOptions> options_of(const Value& map) {
  STELE_DO(check_keys(map));
  backend::S3StoreOptions options;
  auto& settings = options.settings;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"bucket", &options.bucket},
      {"prefix", &options.prefix},
      {"endpoint", &settings.endpoint},
      {"region", &settings.region},
      {"profile", &settings.profile},
      {"ca-bundle", &settings.ca_bundle},
      {"access-key", &settings.credentials.access_key},
      {"secret-key", &settings.credentials.secret_key},
      {"session-token", &settings.credentials.session_token}};
  for (const auto& [key, out] : texts) STELE_DO(take_text(map, key, *out));
  if (options.bucket.empty()) {
    return invalid("config/syntax",
                   "a map with :backend :s3 needs :bucket, for example {:backend :s3 :bucket "
                   "\"team\" :prefix \"catalog\"}");
  }
  while (options.prefix.starts_with('/')) options.prefix.erase(0, 1);
  while (options.prefix.ends_with('/')) options.prefix.pop_back();
  STELE_TRY(options.path_style, flag(map, "path-style?"));
  STELE_TRY(const auto anonymous, flag(map, "anonymous?"));
  STELE_TRY(const auto read_only, flag(map, "read-only?"));
  settings.anonymous = anonymous.value_or(false);
  options.read_only = read_only.value_or(false);
  return options;
}

}  // namespace

Result<std::shared_ptr<Store>> open_s3(const Value& map) {
  STELE_TRY(auto options, options_of(map));
  return backend::S3Store::open(options);
}

Result<std::vector<Value>> s3_stores_in(const Value& map) {
  STELE_TRY(const auto options, options_of(map));
  STELE_TRY(const auto folders, backend::S3Store::folders(options));
  std::vector<Value> stores = {map};
  for (const auto& folder : folders) {
    const auto slash = options.prefix.empty() ? "" : "/";
    stores.push_back(with_entry(map, "prefix", Value(text(options.prefix, slash, folder))));
  }
  return stores;
}

Result<bool> s3_exists(const Value& map) {
  STELE_TRY(auto options, options_of(map));
  return backend::S3Store::exists(options);
}

}  // namespace stele::door
