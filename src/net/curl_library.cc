#include "net/curl_library.h"

namespace stele::net {
namespace {

CurlLibrary load() {
  CurlLibrary curl;
  if (curl.library.ok()) curl.curl_global_init(CURL_GLOBAL_DEFAULT);
  return curl;
}

}  // namespace

const CurlLibrary& curl_library() {
  static const CurlLibrary loaded = load();
  return loaded;
}

}  // namespace stele::net
