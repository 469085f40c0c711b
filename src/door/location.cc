#include "door/location.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "base/try.h"
#include "door/percent.h"
#include "door/s3_location.h"
#include "door/secrets.h"
#include "door/web_backends.h"
#include "edn/writer.h"

namespace stele::door {

using base::text;

namespace {

constexpr std::array<std::string_view, 9> kSchemes = {
    "memory", "file", "sqlite", "postgres", "postgresql", "s3", "http", "https", "tiered"};

// Keys beside :store, and those that other systems of this kind have and stele has no need of.
constexpr std::array<std::string_view, 19> kOptionKeys = {"schema-flexibility",
                                                          "keep-history?",
                                                          "attribute-refs?",
                                                          "initial-tx",
                                                          "branch",
                                                          "commit-gather-ms",
                                                          "value-caps",
                                                          "max-string-length",
                                                          "max-bytes-length",
                                                          "max-float-array-length",
                                                          "max-double-array-length",
                                                          "max-tuple-string-length",
                                                          "name",
                                                          "store-cache-size",
                                                          "search-cache-size",
                                                          "index",
                                                          "writer",
                                                          "crypto-hash?",
                                                          "commit-graph?"};

Value key(std::string_view name) { return Value::keyword(name); }

Error bad_url(std::string_view url, std::string_view why) {
  const std::string shown = shown_url(url);
  return invalid("config/url", text("'", shown, "' does not name a database: ", why))
      .with("url", Value(shown));
}

Result<std::variant<TxId, Instant>> read_moment(std::string_view url, std::string_view at) {
  TxId tx = 0;
  auto [end, error] = std::from_chars(at.data(), at.data() + at.size(), tx);
  if (error == std::errc() && end == at.data() + at.size() && !at.empty()) {
    return std::variant<TxId, Instant>(tx);
  }
  if (auto instant = parse_instant(at); instant.ok()) return std::variant<TxId, Instant>(*instant);
  return bad_url(url, text("'@", at,
                           "' is neither a date (2025-11-01), an instant nor a transaction id; a "
                           "literal '@' is written %40"));
}

// Takes the marks `@T` and `#branch` off the end of `rest`.
Done take_marks(std::string_view url, std::string_view& rest, Location& location) {
  const auto slash = rest.rfind('/');
  auto mark = rest.find_first_of("@#", slash == std::string_view::npos ? 0 : slash);
  if (mark == std::string_view::npos) return {};
  auto marks = rest.substr(mark);
  rest = rest.substr(0, mark);
  while (!marks.empty()) {
    const char what = marks[0];
    marks.remove_prefix(1);
    const auto end = std::min(marks.find_first_of("@#"), marks.size());
    const auto word = marks.substr(0, end);
    marks.remove_prefix(end);
    if (word.empty()) return bad_url(url, text("nothing follows '", what, "'"));
    if (what == '#') {
      location.branch = percent_decoded(word);
    } else {
      STELE_TRY(location.moment, read_moment(url, word));
    }
  }
  return {};
}

std::string known_schemes() {
  std::string names;
  for (const auto scheme : kSchemes) {
    if (!names.empty()) names += scheme == kSchemes.back() ? " or " : ", ";
    names += text(scheme, ':');
  }
  return names;
}

Result<Location> read_url(std::string_view url) {
  const auto colon = url.find(':');
  const auto scheme = url.substr(0, colon);
  if (colon == std::string_view::npos ||
      std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) {
    return bad_url(url, "a URL begins with " + known_schemes());
  }
  Location location;
  location.options = Value::map({});
  auto rest = url.substr(colon + 1);
  if (scheme.starts_with("postgres") && rest.find('/', 2) == std::string_view::npos)
    return bad_url(url, "it has no name of a database; it looks like postgres://user@host/db");
  STELE_DO(take_marks(url, rest, location));
  if (rest.empty()) return bad_url(url, text("nothing follows '", scheme, ":'"));
  if (scheme == "s3" || scheme == "tiered") {
    auto map = scheme == "s3" ? s3_store_map(rest) : tiered_store_map(rest);
    if (!map.ok()) return bad_url(url, map.error().message());
    location.store = std::move(*map);
    return location;
  }
  const bool is_sent_as_it_stands = scheme.starts_with("http");
  if (is_sent_as_it_stands || scheme.starts_with("postgres")) {
    location.store = Value::map({{key("backend"), key(is_sent_as_it_stands ? "http" : "postgres")},
                                 {key("url"), Value(text(scheme, ':', rest))}});
    return location;
  }
  if (rest.starts_with("//")) rest.remove_prefix(2);
  const auto place = percent_decoded(rest);
  if (place.find('\0') != std::string::npos) return bad_url(url, "it contains a NUL");
  location.store = Value::map(
      {{key("backend"), key(scheme)}, {key(scheme == "memory" ? "id" : "path"), Value(place)}});
  return location;
}

Result<std::string> branch_name(const Value& value) {
  if (value.is(Kind::keyword) && value.ns().empty()) return std::string(value.name());
  if (value.is(Kind::string) && !value.as_string().empty()) return std::string(value.as_string());
  return invalid("config/syntax", text(":branch is a keyword or a string, for example :main; got ",
                                       edn::write_short(value)));
}

Result<Location> read_map(const Value& map) {
  Location location;
  const Value* store = map.find_keyword("store");
  if (!store) {
    return invalid("config/syntax", text("a database map needs :store, for example {:store "
                                         "{:backend :file :path \"db\"}}; got ",
                                         shown(map)));
  }
  if (store->is(Kind::string)) {
    STELE_TRY(location, read_url(store->as_string()));
  } else if (store->is(Kind::map) && store->find_keyword("backend")) {
    location.store = *store;
  } else {
    return invalid("config/syntax",
                   text(":store is a URL or a map with :backend; got ", shown(*store)));
  }
  std::vector<Value::Entry> options;
  for (const auto& [k, v] : map.entries()) {
    if (k.is_keyword("store")) continue;
    const bool known = std::any_of(kOptionKeys.begin(), kOptionKeys.end(),
                                   [&, &name = k](auto o) { return name.is_keyword(o); });
    if (!known) {
      return invalid("config/unknown-key",
                     text("a database map has no key ", edn::write_short(k),
                          "; it knows :store :schema-flexibility :keep-history? :attribute-refs? "
                          ":initial-tx :branch :value-caps :max-string-length :max-bytes-length "
                          ":max-float-array-length :max-double-array-length "
                          ":max-tuple-string-length"));
    }
    if (k.is_keyword("branch")) {
      STELE_TRY(location.branch, branch_name(v));
    }
    options.emplace_back(k, v);
  }
  location.options = Value::map(std::move(options));
  return location;
}

}  // namespace

bool names_database(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != std::string_view::npos &&
      std::find(kSchemes.begin(), kSchemes.end(), text.substr(0, colon)) != kSchemes.end()) {
    return true;
  }
  return text.starts_with('{') && text.find(":store") != std::string_view::npos;
}

Result<Location> read_location(std::string_view url_or_map) {
  if (!url_or_map.starts_with('{')) return read_url(url_or_map);
  STELE_TRY(auto map, read_discreetly(url_or_map));
  return location_of(map);
}

Result<Location> location_of(const Value& url_or_map) {
  if (url_or_map.is(Kind::string)) return read_location(url_or_map.as_string());
  if (url_or_map.is(Kind::map)) return read_map(url_or_map);
  return invalid("config/syntax",
                 text("a database is named by a URL or a map; got ", shown(url_or_map)));
}

}  // namespace stele::door
