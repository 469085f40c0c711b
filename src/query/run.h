// run: one execution of a prepared query, and what it may use up.
//
//   Prepared × inputs → Resolved → Plan → Columns → Relation
// It reads only through the reader it is given. When the reader misses nodes the run ends with the
// error of db::reader_error; a driver fetches what Reader::missing() lists, calls Reader::retry()
// and runs again. Nothing of the run before is needed for that.
#pragma once

#include <stele/query.h>

#include "db/access.h"
#include "query/columns.h"
#include "query/prepared.h"

namespace stele::query {

// How clauses inside negations and disjunctions are evaluated: by themselves, or from what the
// rows around them know (which is the only way where they need some of it). The answer is the same;
// tests compare.
enum class InsideWay : std::uint8_t { cheapest, by_themselves, from_around };

// Errors: as Query::run.
Result<Relation> run_with(const Prepared& prepared, std::span<const Input> inputs,
                          tree::Reader& reader, const QueryOptions& options = {},
                          InsideWay inside = InsideWay::cheapest);

// What every stage of a run is handed: the reader, the memory that texts made on the way live in,
// and the budget. Used by one thread.
struct Run {
  tree::Reader& reader;
  std::uint64_t bytes_max;
  const std::atomic<bool>* cancel = nullptr;
  InsideWay inside = InsideWay::cheapest;
  base::Environment* environment = nullptr;  // for (rand ?x) and the like
  base::Arena arena;
  std::vector<std::shared_ptr<const void>> owners;  // of texts that cells point into
  std::uint64_t bytes_outside = 0;                  // of what is around the clauses being run
  std::uint64_t bytes_held = 0;                     // of finished relations, set between operators
  std::uint64_t bytes_asked = 0;                    // by the operator at work

  // Counts memory that is about to be allocated. Error: `limit` `:query/memory`.
  Done reserve(std::uint64_t bytes);
  // The same for a relation of so many rows; more than can be counted are too many, too.
  Done reserve_rows(std::uint64_t rows, std::uint64_t bytes_each) {
    return reserve(rows >= kNoRow ? UINT64_MAX / 4 : rows * bytes_each);
  }
  // Asked every thousand rows or so. Error: `limit` `:query/timeout` or `:query/canceled`, or what
  // the reader met.
  Done keep_going();
  // The reader's error in the words of a query.
  Error reader_error() const;
};

inline constexpr std::size_t kRowsBetweenPolls = 4096;

}  // namespace stele::query
