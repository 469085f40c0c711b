// The objects of a store in a bucket: reading by range, writing once, listing, removing.
//
// Thread safety: full.
#pragma once

#include <stele/store.h>

#include "backend/s3/s3_client.h"

namespace stele::backend {

class S3Objects {
 public:
  explicit S3Objects(S3Client& client) : client_(client) {}

  // In parallel; ranges of one object that are near each other are asked for as one.
  std::vector<Result<Store::Bytes>> read(std::span<const ReadRequest> requests, Deadline deadline);
  Done write_once(const std::string& key, base::ByteView bytes, Deadline deadline);
  // Names in the bucket that begin with the store's prefix and `prefix`, after `from`, without the
  // store's prefix; no more than a page. Ages are by the server's clock.
  Result<ObjectPage> list(const std::string& prefix, const std::string& from, Deadline deadline);
  // The parts of names between the store's prefix and the next slash, in ascending order.
  Result<std::vector<std::string>> folders(Deadline deadline);
  Done remove(std::span<const std::string> keys, Deadline deadline);

 private:
  Done remove_together(std::span<const std::string> keys, Deadline deadline);
  Done remove_one_by_one(std::span<const std::string> keys, Deadline deadline);
  Done removed(const S3Client::Response& response, Deadline deadline);

  S3Client& client_;
};

}  // namespace stele::backend
