#include "door/web_backends.h"

#include <algorithm>
#include <initializer_list>

#include "backend/http/http_store.h"
#include "backend/tiered/tiered_store.h"
#include "base/text.h"
#include "base/try.h"
#include "door/location.h"
#include "edn/writer.h"
#include "store/retrying_store.h"

namespace stele::door {

using base::text;

namespace {

// Maps are not shown: their URLs may hold secrets.
std::string backend_of(const Value& map) {
  const Value* backend = map.find_keyword("backend");
  return text("a map with :backend ", backend ? edn::write_short(*backend) : "nil");
}

Error wrong(const Value& map, std::string_view what) {
  return invalid("config/syntax", text("in ", backend_of(map), ", ", what));
}

Done check_keys(const Value& map, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : map.entries()) {
    const auto is_it = [&k = key](std::string_view name) { return k.is_keyword(name); };
    if (std::ranges::any_of(known, is_it)) continue;
    std::string names;
    for (const auto name : known) names += text(" :", name);
    return invalid("config/unknown-key", text(backend_of(map), " has no key ",
                                              edn::write_short(key), "; it knows", names));
  }
  return {};
}

Result<std::string> text_under(const Value& map, std::string_view key, std::string_view example) {
  const Value* found = map.find_keyword(key);
  if (found && found->is(Kind::string) && !found->as_string().empty())
    return std::string(found->as_string());
  return wrong(map, text(":", key, " is a string, for example \"", example, '"'));
}

Result<std::shared_ptr<backend::BlockCache>> open_front(const Value& tiered) {
  const Value* map = tiered.find_keyword("front");
  const Value* backend = map && map->is(Kind::map) ? map->find_keyword("backend") : nullptr;
  if (!backend || !backend->is_keyword("file-cache"))
    return wrong(tiered, ":front is {:backend :file-cache :path \"FOLDER\" :bytes-max N}");
  STELE_DO(check_keys(*map, {"backend", "path", "bytes-max"}));
  STELE_TRY(const auto path, text_under(*map, "path", "/var/cache/stele"));
  auto bytes_max = static_cast<std::int64_t>(backend::BlockCache::kBytesMaxDefault);
  if (const Value* found = map->find_keyword("bytes-max")) {
    constexpr auto kLeast = static_cast<std::int64_t>(backend::BlockCache::kBytesMaxLeast);
    if (!found->is(Kind::int64) || found->as_int64() < kLeast)
      return wrong(*map, text(":bytes-max is a number of bytes, at least ", kLeast));
    bytes_max = found->as_int64();
  }
  return backend::BlockCache::open(path, static_cast<std::uint64_t>(bytes_max),
                                   base::system_environment());
}

// The map of the store behind the cache, which may be given by its URL.
Result<Value> back_of(const Value& tiered) {
  STELE_DO(check_keys(tiered, {"backend", "front", "back"}));
  const Value* back = tiered.find_keyword("back");
  if (back && back->is(Kind::map)) return *back;
  if (!back || !back->is(Kind::string))
    return wrong(tiered, ":back is the map of a store, or its URL");
  STELE_TRY(const auto location, location_of(*back));
  if (location.moment || location.branch != "db")
    return wrong(tiered, "the URL of :back has no moment and no branch");
  return location.store;
}

}  // namespace

Result<std::shared_ptr<Store>> open_http(const Value& map) {
  STELE_DO(check_keys(map, {"backend", "url", "ca-bundle"}));
  STELE_TRY(const auto url, text_under(map, "url", "https://example.org/catalog"));
  backend::HttpStoreOptions options;
  STELE_TRY(options.address, backend::HttpAddress::read(url));
  if (map.find_keyword("ca-bundle")) {
    STELE_TRY(options.ca_bundle, text_under(map, "ca-bundle", "/etc/ssl/own.pem"));
  }
  store::RetryOptions retry;
  retry.attempts_max = 3;
  return store::make_retrying_store(backend::make_http_store(std::move(options)), retry);
}

Result<std::shared_ptr<Store>> open_tiered(const Value& map, Access access) {
  STELE_TRY(const auto back_map, back_of(map));
  STELE_TRY(auto front, open_front(map));
  STELE_TRY(auto back, open_store(back_map, access));
  return backend::make_tiered_store(std::move(front), std::move(back));
}

Result<bool> tiered_exists(const Value& map) {
  STELE_TRY(const auto back, back_of(map));
  return store_exists(back);
}

}  // namespace stele::door
