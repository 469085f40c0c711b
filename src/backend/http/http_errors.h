// What went wrong with a request, in words: whom was asked, what for, and what to do about it.
//
// Thread safety: a function of its arguments.
#pragma once

#include <stele/result.h>

#include "backend/http/http_address.h"
#include "base/environment.h"
#include "net/http_client.h"

namespace stele::backend {

// Of an answer that did not come, or has a status that is no success. `doing`: "reading
// packs/5f0c".
Error http_error(const HttpAddress& address, const net::HttpResponse& response,
                 std::string_view doing, Deadline deadline, base::Environment& environment);

// Of an answer that came and is not what it should be; `what` is a clause.
Error bad_answer(const HttpAddress& address, std::string_view doing, std::string_view what);

}  // namespace stele::backend
