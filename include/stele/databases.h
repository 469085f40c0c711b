// Databases as wholes, without opening them: which there are in a place, and copies of them.
//
// A place is where databases may be, and is named as they are:
//   file:FOLDER             a database, or a folder with databases in it
//   sqlite:FILE, :FOLDER    a database, or a folder with such files in it
//   postgres://host/db      all in a database of the server; of ?prefix=NAME that one
//   s3://BUCKET/PREFIX      the database there, and those one part below it
//   memory:                 all of this process; memory:NAME is one of them
//   https://…, tiered:…     that database: a web server does not list what it has
//
// Thread safety: any number of threads at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stele/datom.h>
#include <stele/result.h>

namespace stele {

struct ListedBranch {
  std::string name;  // "db" is the main branch
  TxId max_tx = 0;
  Instant instant;  // of that transaction
  // Why it cannot be read; then nothing but the name is known.
  std::optional<Error> problem;
};

struct ListedDatabase {
  // As the place was named: a URL, or the text of a map. With "#branch" behind a URL it names one
  // of the branches.
  std::string url;
  std::vector<ListedBranch> branches;  // the main branch first, then by name
};

// The databases in a place, by their URLs. Costs a listing, and of each database a listing and one
// read a branch. What is not a database is passed over. Errors: `invalid` `:config/url` and its
// like; `unavailable`, if the place cannot be looked into.
Result<std::vector<ListedDatabase>> list_databases(std::string_view place);

struct CopyReport {
  TxId tx = 0;  // the newest that the copy has
  Instant instant;
  std::uint64_t packs_copied = 0;
  std::uint64_t bytes_copied = 0;  // of packs
  std::uint64_t packs_there = 0;   // before
  bool head_written = false;       // false: it was the same
};

// Makes another store hold a database, from whichever backend to whichever, with its past and its
// commit ids; or what is new of it, where it has been copied before. A branch is named behind
// either URL. Errors: those of the stores; `unavailable` `:db-does-not-exist`; `conflict`
// `:sync/forked` (the destination's is another database, or has transactions that this one lacks),
// `:sync/raced`; `corrupt` `:pack/hash`. Whatever happens, the destination has its old state or the
// new one.
Result<CopyReport> copy_database(std::string_view from, std::string_view to);

}  // namespace stele
