// A Ceph RADOS Gateway for tests: a true server of S3's kind, started by tests/servers/rgw at the
// first use and stopped when the process ends. Two gateways serve the same buckets.
//
// Thread safety: full once it is there, but for commands.
#pragma once

#include <string>

#include "backend/s3/s3_store.h"
#include "base/server_script_testing.h"

namespace stele::backend {

class RadosGateway {
 public:
  // Keeps everything in memory; its OSD must not be killed.
  static RadosGateway& instance();
  // Another one, whose OSD keeps everything in a file: whatever is killed can be started again.
  static RadosGateway& durable();

  // What the script says: endpoint, second_endpoint, tls_endpoint, ca_bundle, access_key,
  // secret_key, reader_….
  const std::string& operator[](const std::string& name) const { return script_[name]; }
  // kill, start, freeze, thaw of gateway, second-gateway, osd, mon; returns when it is done. See
  // the script.
  void command(const std::string& what) { script_.command(what); }

  // The owner's store under a prefix that nobody has used, in a bucket that is there.
  S3StoreOptions options();
  // Makes a bucket, or is glad that it is there.
  void make_bucket(const std::string& bucket) const;
  // Lets everybody read the bucket.
  void publish_bucket(const std::string& bucket) const;
  // "s3://bucket/prefix?endpoint=…" with a prefix of its own, for the owner, whose keys are put
  // into the environment.
  std::string url();
  // The same place through the second gateway.
  std::string through_the_second(const std::string& url) const;

 private:
  explicit RadosGateway(const std::string& arguments);
  void put(const std::string& bucket, const std::string& query, const std::string& body) const;

  base::ServerScript script_;
};

}  // namespace stele::backend
