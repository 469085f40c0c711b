// The answers that every backend gives in the same words, so that callers and tests can tell them
// apart by their codes whatever the store.
#pragma once

#include <string_view>

#include <stele/store.h>

#include "base/environment.h"

namespace stele::store {

// `unavailable` `:store/missing`.
Error missing_object(std::string_view url, std::string_view key);
// `conflict` `:store/exists`: an object is there already and is another one.
Error object_exists(std::string_view url, std::string_view key, std::uint64_t bytes_there,
                    std::uint64_t bytes_offered);
// `invalid` `:store/read-only`.
Error read_only(std::string_view url);
// `limit` `:store/deadline`; `what` was not done: "reading packs/5f0c".
Error deadline_passed(std::string_view url, std::string_view what);
// `invalid` `:store/append-absent`.
Error append_to_absent(std::string_view url, std::string_view name);

// `unavailable` `:store/busy`: the server refuses for now, and asks to be left alone so long (0: it
// does not say).
Error busy(std::string said, std::int64_t retry_after_ms);
// How long an error asks to be waited for; 0 if it does not say.
std::int64_t retry_after_ms(const Error& error);

// deadline_passed() if it has, else nothing.
Done check_deadline(std::string_view url, std::string_view what, Deadline deadline,
                    base::Environment& environment);

HeadWrite written(HeadVersion version);
HeadWrite conflict();
HeadWrite unknown(Error error);
HeadWrite failed(Error error);

// The part of `range` that lies in an object of `bytes` bytes: its first byte and its length.
ByteRange cut(ByteRange range, std::uint64_t bytes);

}  // namespace stele::store
