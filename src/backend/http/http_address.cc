#include "backend/http/http_address.h"

#include <algorithm>

#include "base/text.h"

namespace stele::backend {

using base::text;

Result<HttpAddress> HttpAddress::read(std::string_view url) {
  const auto bad = [&](std::string_view why) {
    return invalid("config/url", text("this is no address of a published database: ", why,
                                      "; one is https://example.org/catalog"));
  };
  const bool known = url.starts_with("https://") || url.starts_with("http://");
  if (!known) return bad("it does not begin with https:// or http://");
  const auto is_sendable = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
  if (!std::ranges::all_of(url, is_sendable))
    return bad("a space, a '#' or what is not ASCII is written as %XX");
  HttpAddress address;
  const auto question = std::min(url.find('?'), url.size());
  address.query_ = url.substr(question);
  std::string_view base = url.substr(0, question);
  const auto authority = base.find("//") + 2;
  while (base.size() > authority && base.ends_with('/')) base.remove_suffix(1);
  const auto path = std::min(base.find('/', authority), base.size());
  const auto at = base.substr(0, path).rfind('@');
  const auto host = at == std::string_view::npos || at < authority ? authority : at + 1;
  if (host == path || base[host] == ':') return bad("it names no host");
  address.base_ = base;
  address.shown_ = text(base.substr(0, authority), base.substr(host));
  return address;
}

}  // namespace stele::backend
