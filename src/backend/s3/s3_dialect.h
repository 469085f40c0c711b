// How a server does conditional writes, which is what everything rests on.
//
// All of S3's kind promise that PUT with If-None-Match: * creates an object only if there is none,
// and PUT with If-Match: "etag" replaces it only if it still is that one. Some compare the ETag
// without its quotes; some know neither header and write in any case, so that two writers would
// silently overwrite each other. Which it is, is tried out with an object of its own before the
// first write, and remembered: in this process, and in every head (head_envelope.h).
//
// Thread safety: full.
#pragma once

#include <optional>
#include <string>

#include "backend/s3/head_envelope.h"
#include "backend/s3/s3_client.h"

namespace stele::backend {

// Tries it out: six small requests. Errors: `invalid` `:store/unsafe` (the server ignores or
// refuses conditions); those of the client.
Result<Dialect> try_dialect(S3Client& client, Deadline deadline);

// What this process knows of the server at that place.
std::optional<Dialect> known_dialect(const std::string& place);
void know_dialect(const std::string& place, Dialect dialect);
void forget_dialect(const std::string& place);

// The value of If-Match for an ETag without quotes.
std::string if_match(Dialect dialect, const std::string& etag);
// The ETag of an answer without its quotes; "" if there is none.
std::string etag_of(const net::HttpResponse& response);

}  // namespace stele::backend
