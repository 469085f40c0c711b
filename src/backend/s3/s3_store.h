// A store in a bucket of S3 or of a server of its kind (Ceph, MinIO, R2, …).
//
//   PREFIX/heads/NAME     a head, replaced by conditional PUTs: head_envelope.h, s3_heads.h
//   PREFIX/packs/…        objects, under their keys
//   PREFIX/tmp/…          trials of the server's ways; NAME.damaged: before a repair
//
// Opening asks the server for nothing. Reads, lists, removals and writes of objects are tried again
// when the server is busy or the connection breaks; head writes settle by looking at the head.
//
// Errors beside those of Store, all `unavailable` where nothing else is said: `:store/missing` (no
// bucket, no object), `:store/denied` and `:store/credentials` (none came from their service),
// `:store/unreachable`, `:store/tls`,
// `:store/timeout`, `:store/broken`, `:store/busy`, `:store/answer` (not how S3 answers),
// `:store/library` (no libcurl); `invalid`: `:store/region`, `:store/unsafe` (the server ignores
// conditions, so there is no writing there), `:store/refused`, `:store/unsupported`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stele/store.h>

#include "backend/s3/aws_settings.h"
#include "base/environment.h"
#include "net/http_client.h"
#include "store/retrying_store.h"

namespace stele::backend {

struct S3StoreOptions {
  std::string bucket;
  std::string prefix;  // without slashes at its ends; empty: the whole bucket is the store's
  AwsSettings settings;
  std::optional<bool> path_style;
  bool read_only = false;
  store::RetryOptions retry = {.attempts_max = 4, .first_wait_ms = 50, .wait_max_ms = 2000};
  // Null: that of the process. The environment must outlive the store.
  std::shared_ptr<net::HttpClient> http;
  base::Environment* environment = nullptr;
  std::optional<AwsSources> sources;  // none: the machine's
};

class S3Store {
 public:
  // Error: `invalid` `:config/syntax`.
  static Result<std::shared_ptr<Store>> open(const S3StoreOptions& options);
  // Is there such a bucket? One request.
  static Result<bool> exists(const S3StoreOptions& options);
  // What prefixes go on with below this one, up to the next slash, in ascending order: where other
  // stores may be. One request for 1,000.
  static Result<std::vector<std::string>> folders(const S3StoreOptions& options);
};

}  // namespace stele::backend
