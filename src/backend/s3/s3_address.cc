#include "backend/s3/s3_address.h"

#include <algorithm>

#include "base/text.h"
#include "net/http_client.h"

namespace stele::backend {

using base::text;

namespace {

constexpr std::size_t kBucketBytesMax = 63;
constexpr std::size_t kPrefixBytesMax = 512;  // of the 1,024 that a key may have

bool is_bucket_name(std::string_view name) {
  const auto may_stand = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  return name.size() >= 3 && name.size() <= kBucketBytesMax && std::ranges::all_of(name, may_stand);
}

// A default port is not sent in the Host header.
std::string without_default_port(std::string host, std::string_view scheme) {
  const std::string_view port = scheme == "https://" ? ":443" : ":80";
  if (host.ends_with(port)) host.resize(host.size() - port.size());
  return host;
}

Error bad(std::string message) { return invalid("config/syntax", std::move(message)); }

}  // namespace

Result<S3Address> S3Address::make(std::string bucket, std::string prefix, std::string endpoint,
                                  const std::string& region, std::optional<bool> path_style) {
  if (!is_bucket_name(bucket)) {
    return bad(text("'", bucket,
                    "' is no bucket: a bucket's name has 3 to 63 letters, digits, "
                    "'-', '.' or '_'"));
  }
  if (prefix.size() > kPrefixBytesMax) {
    return bad(
        text("a prefix has at most ", kPrefixBytesMax, " bytes; this one has ", prefix.size()));
  }
  S3Address address;
  address.amazon_ = endpoint.empty();
  if (endpoint.empty()) endpoint = text("https://s3.", region, ".amazonaws.com");
  for (const std::string_view scheme : {"https://", "http://"})
    if (endpoint.starts_with(scheme)) address.scheme_ = scheme;
  if (address.scheme_.empty()) {
    return bad(text("'", endpoint, "' is no endpoint: it begins with https:// or http://"));
  }
  auto rest = endpoint.substr(address.scheme_.size());
  while (rest.ends_with('/')) rest.pop_back();
  const auto slash = std::min(rest.find('/'), rest.size());
  const std::string host = without_default_port(rest.substr(0, slash), address.scheme_);
  if (host.empty() || host.find_first_of("@?#%\\ ") != std::string::npos) {
    // What is before an '@' may be a password, and is not shown.
    return bad(text("'", address.scheme_, rest.substr(rest.rfind('@') + 1),
                    "' is no endpoint: a host, and perhaps a port and a path, "
                    "follow the scheme"));
  }
  const bool dotted = bucket.find('.') != std::string::npos;
  const bool in_path = path_style.value_or(!address.amazon_ || dotted);
  address.host_ = in_path ? host : text(bucket, '.', host);
  address.path_ = rest.substr(slash) + "/" + (in_path ? bucket + "/" : "");
  address.bucket_ = std::move(bucket);
  address.prefix_ = prefix.empty() ? "" : std::move(prefix) + "/";
  return address;
}

std::string S3Address::url() const {
  std::string out = text("s3://", bucket_);
  if (!prefix_.empty()) out += text('/', std::string_view(prefix_).substr(0, prefix_.size() - 1));
  if (!amazon_) out += text("?endpoint=", scheme_, host_);
  return out;
}

std::string S3Address::path(const std::string& object) const {
  if (object.empty() && path_.size() > 1) return path_.substr(0, path_.size() - 1);
  return path_ + net::percent_encoded(object, true);
}

}  // namespace stele::backend
