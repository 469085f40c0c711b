// Branches: the heads of one store. A branch is another head over the same nodes, so that making
// one costs two small writes, however large the database is.
//
// A deleted branch is a tombstone in place of its head: whoever still writes to it loses, and its
// name may be used again.
//
// Thread safety: full, as the store's.
#pragma once

#include <set>
#include <string>

#include <stele/store.h>

namespace stele::conn {

inline constexpr const char* kMainBranch = "db";

// Those that are there; reads every head.
Result<std::set<std::string>> branch_names(Store& store, Deadline deadline);

// Makes the branch `name` of what `from` is: a branch's name, or the id of a commit (in hex, or as
// a uuid) that a head still has as its own or in its tail.
// Errors: `conflict` `:branch-already-exists`; `invalid`
// `:from-branch-does-not-point-to-existing-branch-or-commit`, `:store/head-name`. [S-50]
Done create_branch(Store& store, const std::string& from, const std::string& name,
                   Deadline deadline);

// What only it reached is garbage. Errors: `invalid` `:cannot-delete-main-db-branch`; `unavailable`
// `:branch-does-not-exist`. [S-51]
Done delete_branch(Store& store, const std::string& name, Deadline deadline);

}  // namespace stele::conn
