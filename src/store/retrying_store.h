// A store that tries again what may be tried again when another store is unreachable: reads,
// writes of objects, lists and removals, all of which mean the same when done twice. Head writes
// pass through once: whether one of them happened is for the committer to find out.
//
// Between attempts it sleeps for a random time that doubles up to a limit, so that many clients
// of a recovering server do not come back in step; longer where the error says how long the server
// wants to be left alone (answers.h), up to asked_wait_max_ms. It never sleeps past the deadline.
#pragma once

#include <memory>

#include <stele/store.h>

#include "base/environment.h"

namespace stele::store {

struct RetryOptions {
  int attempts_max = 6;
  std::int64_t first_wait_ms = 20;
  std::int64_t wait_max_ms = 2000;
  std::int64_t asked_wait_max_ms = 10'000;
};

// `environment` must outlive the store.
std::shared_ptr<Store> make_retrying_store(
    std::shared_ptr<Store> inner, RetryOptions options = {},
    base::Environment& environment = base::system_environment());

// True for errors after which the same call may go well: `unavailable`, but not for a reason that
// stays (missing, full, denied, poisoned, foreign, tls, library).
bool is_worth_retrying(const Error& error);

}  // namespace stele::store
