// Where a bucket is and how its objects are addressed.
//
//   path style           https://endpoint/bucket/key      servers of one's own
//   virtual-host style   https://bucket.endpoint/key      Amazon
//
// Thread safety: an immutable value.
#pragma once

#include <optional>
#include <string>

#include <stele/result.h>

namespace stele::backend {

class S3Address {
 public:
  // An empty endpoint is Amazon's of that region. `prefix` has no slash at its ends. The style, if
  // none is asked for, is that of the path wherever an endpoint is given or the bucket's name has a
  // dot, for which no certificate stands. Error: `invalid` `:config/syntax`.
  static Result<S3Address> make(std::string bucket, std::string prefix, std::string endpoint,
                                const std::string& region, std::optional<bool> path_style);

  const std::string& bucket() const { return bucket_; }
  // Scheme, host and bucket: what a server's ways are remembered by.
  std::string place() const { return scheme_ + host_ + path_; }
  // For messages: s3://bucket/prefix, and the endpoint if it is not Amazon's.
  std::string url() const;
  std::string endpoint() const { return scheme_ + host_; }

  // The value of the Host header.
  const std::string& host() const { return host_; }
  // The encoded path of an object; of the bucket itself for "".
  std::string path(const std::string& object) const;
  // The name in the bucket of an object of the store.
  std::string object(const std::string& key) const { return prefix_ + key; }
  // "" or what all names of the store begin with, with a slash at its end.
  const std::string& prefix() const { return prefix_; }

 private:
  std::string bucket_;
  std::string prefix_;
  std::string scheme_;  // "https://"
  std::string host_;    // with the port, if it is not the scheme's own
  std::string path_;    // before the object's name, ending in a slash
  bool amazon_ = false;
};

}  // namespace stele::backend
