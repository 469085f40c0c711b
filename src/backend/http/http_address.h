// HttpAddress: where a published database lies, and the URLs of what lies there.
//
//   https://example.org/catalog             heads at https://example.org/catalog/heads/db
//   https://bucket.example.org/db?sig=abc   the query goes with every request
//
// Thread safety: an immutable value.
#pragma once

#include <string>
#include <string_view>

#include <stele/result.h>

namespace stele::backend {

class HttpAddress {
 public:
  // Of a URL as it is sent: percent-encoded. Error: `invalid` `:config/url`.
  static Result<HttpAddress> read(std::string_view url);

  // The URL of "packs/5f0c".
  std::string url_of(std::string_view key) const { return base_ + "/" + std::string(key) + query_; }
  // Scheme, host and path: names and passwords before an '@', and the query, may be secrets.
  const std::string& shown() const { return shown_; }

 private:
  std::string base_;   // without a last slash
  std::string query_;  // with its '?', or empty
  std::string shown_;
};

}  // namespace stele::backend
