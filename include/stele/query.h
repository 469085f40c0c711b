// Query: a Datalog query, read and checked once, run against any databases.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include <stele/db.h>
#include <stele/relation.h>

namespace stele {

namespace query {
struct Prepared;
}

// What a query is run on: databases, and values for the other names in :in.
using Input = std::variant<Db, Value>;

struct QueryOptions {
  std::int64_t timeout_ms = 0;                // 0: none
  const std::atomic<bool>* cancel = nullptr;  // set by another thread to stop the query
  std::uint64_t memory_bytes_max = std::uint64_t{4} << 30;  // what intermediate results may hold
};

class Query {
 public:
  // From a form ([:find …] or {:find …}) or a string that holds one.
  // Errors: `invalid` `:parser/…`, `:query/…`.
  static Result<Query> read(const Value& form);

  // Error: `invalid` `:query/…`, `limit` `:query/timeout`, `:query/canceled`, `:query/memory`, or
  // whatever reading the databases met.
  Result<Relation> run(std::span<const Input> inputs, const QueryOptions& options = {}) const;

  // How run() would go about it: a line for each step, with what it joins, what it keeps, and how
  // many rows are expected. For people; the form is not fixed. Reads no facts.
  // Errors: as for run().
  Result<std::string> explain(std::span<const Input> inputs) const;

  const query::Prepared& prepared() const { return *prepared_; }

 private:
  Query() = default;
  std::shared_ptr<const query::Prepared> prepared_;
};

}  // namespace stele
