// The functions of libcurl that the client calls, loaded at the first use.
//
// Thread safety: immutable once loaded.
#pragma once

#include <curl/curl.h>

#include "base/shared_library.h"

namespace stele::net {

struct CurlLibrary {
  base::SharedLibrary library{"libcurl.so.4", "libcurl4"};
  STELE_LIBRARY_FUNCTION(library, curl_global_init);
  STELE_LIBRARY_FUNCTION(library, curl_easy_init);
  STELE_LIBRARY_FUNCTION(library, curl_easy_cleanup);
  STELE_LIBRARY_FUNCTION(library, curl_easy_reset);
  STELE_LIBRARY_FUNCTION(library, curl_easy_setopt);
  STELE_LIBRARY_FUNCTION(library, curl_easy_getinfo);
  STELE_LIBRARY_FUNCTION(library, curl_easy_strerror);
  STELE_LIBRARY_FUNCTION(library, curl_multi_init);
  STELE_LIBRARY_FUNCTION(library, curl_multi_cleanup);
  STELE_LIBRARY_FUNCTION(library, curl_multi_setopt);
  STELE_LIBRARY_FUNCTION(library, curl_multi_add_handle);
  STELE_LIBRARY_FUNCTION(library, curl_multi_remove_handle);
  STELE_LIBRARY_FUNCTION(library, curl_multi_perform);
  STELE_LIBRARY_FUNCTION(library, curl_multi_poll);
  STELE_LIBRARY_FUNCTION(library, curl_multi_wakeup);
  STELE_LIBRARY_FUNCTION(library, curl_multi_info_read);
  STELE_LIBRARY_FUNCTION(library, curl_slist_append);
  STELE_LIBRARY_FUNCTION(library, curl_slist_free_all);
};

// Ask `.library.ok()` before calling anything.
const CurlLibrary& curl_library();

}  // namespace stele::net
