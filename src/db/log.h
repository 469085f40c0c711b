// Log: what each transaction did, told again.
//
// A transaction that is not folded yet still has its record. Of a folded one the log's tree keeps
// instant, nonce and commit id; what it did is the part of the history that bears its id, so it is
// looked for in the trees of the present and of the past, once for all that are asked for.
#pragma once

#include "db/access.h"

namespace stele::db {

// See Db::log. Error: `invalid` `:diff/history-required`; or the reader's.
Result<std::vector<Transaction>> read_log(const View& view, const LogRange& range, Reader& reader);

}  // namespace stele::db
