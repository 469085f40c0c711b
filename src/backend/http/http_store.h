// A published database, read from any static web server or CDN. Read only.
//
//   URL/heads/NAME   a head; it is asked for with the ETag of the version that is known, and an
//                    answer of 304 says that it is unchanged
//   URL/heads.edn    which heads there are
//   URL/packs/…      objects; read by ranges, many at once. A server that does not know ranges
//                    answers with all of an object, from which the range is cut
//
// `stele publish` writes such a directory (backend/file/site_store.h). Nothing is asked before the
// first read. Nothing is decompressed and no redirect is followed: nodes are verified by their
// hashes, and who answers is who was asked.
//
// A pack that is not found may have been taken away since the head was read, or a cache on the way
// may remember that it was not there yet. The heads are read anew, past caches, and the pack is
// asked for once more; then it is `collected` `:store/collected` if a head has changed, and
// `unavailable`
// `:store/missing` if not.
//
// Errors beside those of Store: `unavailable` `:store/unreachable`, `:store/tls`, `:store/timeout`,
// `:store/broken`, `:store/busy`, `:store/denied`, `:store/answer` (what came is not what a web
// server would answer), `:store/library`; `invalid` `:store/redirect`, `:store/unsupported` (web
// servers do not list).
//
// Thread safety: as every store.
#pragma once

#include <memory>

#include <stele/store.h>

#include "backend/http/http_address.h"
#include "base/environment.h"
#include "net/http_client.h"

namespace stele::backend {

struct HttpStoreOptions {
  HttpAddress address;
  std::string ca_bundle;  // a file of certificates to trust instead of the system's; empty: those
  std::shared_ptr<net::HttpClient> client;   // null: the process's for these certificates
  base::Environment* environment = nullptr;  // null: system_environment(); must outlive the store
};

std::shared_ptr<Store> make_http_store(HttpStoreOptions options);

}  // namespace stele::backend
