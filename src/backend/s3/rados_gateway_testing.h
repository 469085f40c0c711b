// A Ceph RADOS Gateway for tests: a true server of S3's kind, started by tests/servers/rgw at the
// first use and stopped when the process ends.
//
// Thread safety: full once it is there.
#pragma once

#include <cstdio>
#include <map>
#include <string>

#include "backend/s3/s3_store.h"

namespace stele::backend {

class RadosGateway {
 public:
  static RadosGateway& instance();

  // What the script says: endpoint, tls_endpoint, ca_bundle, access_key, secret_key, reader_….
  const std::string& operator[](const std::string& name) const;

  // The owner's store under a prefix that nobody has used, in a bucket that is there.
  S3StoreOptions options();
  // Makes a bucket, or is glad that it is there.
  void make_bucket(const std::string& bucket) const;
  // Lets everybody read the bucket.
  void publish_bucket(const std::string& bucket) const;
  // "s3://bucket/prefix?endpoint=…" with a prefix of its own, for the owner, whose keys are put
  // into the environment.
  std::string url();

 private:
  RadosGateway();
  ~RadosGateway();
  void put(const std::string& bucket, const std::string& query, const std::string& body) const;

  std::string directory_;
  std::FILE* script_ = nullptr;  // its standard input: while it is open, the server runs
  std::map<std::string, std::string> values_;
};

}  // namespace stele::backend
