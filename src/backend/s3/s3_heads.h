// The heads of a store: small objects that are replaced only if they still are what the writer saw.
//
// Invariants
//   H1  A write is offered again only under the same condition and with the same nonce: whichever
//       attempt lands, no other can.
//   H2  `conflict` is answered only if the write was refused on its first attempt, or if the head's
//       chain of nonces goes from the expected state past ours. `failed` only if nothing was sent,
//       or the server refused for a reason of its own. Whatever else stays open is `unknown`.
//
// A version's token is ETAG:NONCE, the nonce in 16 hexadecimal digits.
//
// Thread safety: full.
#pragma once

#include <map>

#include <stele/store.h>

#include "backend/s3/head_envelope.h"
#include "backend/s3/s3_client.h"

namespace stele::backend {

class S3Heads {
 public:
  explicit S3Heads(S3Client& client);

  Result<HeadRead> read(const std::string& name, const HeadVersion& unless, Deadline deadline);
  HeadWrite swap(const std::string& name, const HeadVersion& expected, base::ByteView head,
                 Deadline deadline);
  // What can be read of a head, damaged or not.
  Result<Store::Salvage> salvage(const std::string& name, Deadline deadline);
  // Replaces whatever is there, keeping its bytes as tmp/NAME.damaged.
  Done restore(const std::string& name, base::ByteView head, Deadline deadline);

 private:
  using Nonces = std::vector<std::uint64_t>;
  struct Swap;
  enum class Fate { written, passed_by, unchanged, unclear };

  S3Client::Response get(const std::string& name, const std::string& unless, Deadline deadline);
  HeadWrite run(Swap& swap);
  std::optional<HeadWrite> settle(Swap& swap, const S3Client::Response& response);
  Fate look(Swap& swap);
  bool wait(Swap& swap);
  HeadWrite conflict(Swap& swap);
  bool has_other_dialect(Swap& swap);
  Result<Dialect> dialect(Deadline deadline);
  std::string object(const std::string& name) const;

  Nonces nonces_of(const HeadVersion& version) const;
  void keep_nonces(const HeadVersion& version, const Nonces& nonces);

  S3Client& client_;
  const std::string place_;
  const std::uint64_t server_;
  mutable base::Mutex mutex_;
  std::map<std::string, Nonces> chains_;  // by version: of states seen lately
  std::vector<std::string> chain_order_;  // oldest first
  std::string refused_;                   // the version that was refused last
};

}  // namespace stele::backend
