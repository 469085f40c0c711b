// The bytes of a head's object: the head, with what makes every state of it another object.
//
//   offset  bytes
//   0       8      "steleS3\n"
//   8       1      version of this layout: 1
//   9       1      how the server wants If-Match: 1 quoted, 2 unquoted (persisted numbers)
//   10      1      n, the number of nonces: 1 … 32
//   11      8      which server that is: XXH3 of its endpoint and bucket
//   19      8 n    nonces, the newest first
//   19+8n   8      XXH3 of all before
//   27+8n          the head
//
// A server names a state by its ETag, often the MD5 of the content: the nonce of each write makes
// sure that no two writes have one ETag, even if they write the same head. The nonces of the writes
// before it tell a writer whose answer was lost what became of its write: the chain goes through
// its own nonce, or past it.
//
// Little-endian. Thread safety: values.
#pragma once

#include <cstdint>
#include <vector>

#include <stele/result.h>

#include "base/bytes.h"

namespace stele::backend {

// How a server compares If-Match.
enum class Dialect : std::uint8_t {
  quoted = 1,    // "etag", as RFC 9110 has it
  unquoted = 2,  // etag, as it is stored
};

struct HeadEnvelope {
  static constexpr std::size_t kNoncesMax = 32;
  // Stands for the state before the first write.
  static constexpr std::uint64_t kOrigin = 0;

  Dialect dialect = Dialect::quoted;
  std::uint64_t server = 0;
  std::vector<std::uint64_t> nonces;

  bool has(std::uint64_t nonce) const;
  base::Bytes seal(base::ByteView head) const;
};

struct OpenedHead {
  HeadEnvelope envelope;
  base::ByteView head;  // of the bytes that were opened
};

// Error: `corrupt` `:store/head`, with the byte.
Result<OpenedHead> open_envelope(base::ByteView object);

}  // namespace stele::backend
