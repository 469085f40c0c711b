#include "door/s3_location.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "door/percent.h"

namespace stele::door {

using base::text;

namespace {

struct Parameter {
  std::string_view name;  // in the URL
  std::string_view key;   // in the map
  bool flag;
};
constexpr std::array<Parameter, 7> kParameters = {{{"endpoint", "endpoint", false},
                                                   {"region", "region", false},
                                                   {"profile", "profile", false},
                                                   {"ca-bundle", "ca-bundle", false},
                                                   {"path-style", "path-style?", true},
                                                   {"anonymous", "anonymous?", true},
                                                   {"read-only", "read-only?", true}}};

Error bad(std::string why) { return invalid("config/url", std::move(why)); }

Result<Value::Entry> entry_of(std::string_view pair) {
  const auto equals = std::min(pair.find('='), pair.size());
  const auto name = pair.substr(0, equals);
  const std::string value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
  const auto found = std::ranges::find(kParameters, name, &Parameter::name);
  if (found == kParameters.end()) {
    return bad(text("it knows no '", name,
                    "'; there are endpoint, region, profile, ca-bundle, path-style, anonymous and "
                    "read-only"));
  }
  if (!found->flag) return Value::Entry(Value::keyword(found->key), Value(value));
  if (value != "true" && value != "false") {
    return bad(text(name, " is true or false; got '", value, "'"));
  }
  return Value::Entry(Value::keyword(found->key), Value(value == "true"));
}

}  // namespace

Result<Value> s3_store_map(std::string_view rest) {
  if (!rest.starts_with("//")) return bad("a bucket follows s3://");
  rest.remove_prefix(2);
  const auto mark = std::min(rest.find('?'), rest.size());
  const auto place = rest.substr(0, mark);
  auto parameters = rest.substr(std::min(mark + 1, rest.size()));
  const auto slash = std::min(place.find('/'), place.size());
  auto prefix = place.substr(slash);
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  std::vector<Value::Entry> entries = {
      {Value::keyword("backend"), Value::keyword("s3")},
      {Value::keyword("bucket"), Value(percent_decoded(place.substr(0, slash)))}};
  if (!prefix.empty())
    entries.emplace_back(Value::keyword("prefix"), Value(percent_decoded(prefix)));
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find('&'), parameters.size());
    STELE_TRY(auto entry, entry_of(parameters.substr(0, end)));
    entries.push_back(std::move(entry));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return Value::map(std::move(entries));
}

}  // namespace stele::door
