#include <utility>

#include "door/percent.h"
#include "door/web_backends.h"

namespace stele::door {

Result<Value> tiered_store_map(std::string_view rest) {
  const auto comma = rest.find(',');
  if (comma == std::string_view::npos || comma == 0 || comma + 1 == rest.size()) {
    return invalid("config/url",
                   "tiered: is followed by a folder for the cache, a comma, and the URL of the "
                   "store behind it, as in tiered:/var/cache/stele,https://example.org/catalog");
  }
  if (rest.starts_with("//")) rest.remove_prefix(2);
  const auto folder = percent_decoded(rest.substr(0, rest.find(',')));
  if (folder.empty() || folder.find('\0') != std::string::npos)
    return invalid("config/url", "the cache's folder has no name that can be one");
  const auto key = [](std::string_view name) { return Value::keyword(name); };
  return Value::map({{key("backend"), key("tiered")},
                     {key("front"), Value::map({{key("backend"), key("file-cache")},
                                                {key("path"), Value(folder)}})},
                     {key("back"), Value(rest.substr(rest.find(',') + 1))}});
}

}  // namespace stele::door
