#include <stele/query.h>

#include "base/environment.h"
#include "base/try.h"
#include "query/check.h"
#include "query/find.h"
#include "query/foresee.h"
#include "query/narrow.h"
#include "query/read.h"
#include "query/run.h"
#include "query/shape.h"

namespace stele {
namespace query {
namespace {

Error canceled() {
  return Error(ErrorCategory::limit, "query/canceled", "The query was canceled.");
}

// The inputs may stand beside the query, in {:query … :args […]}; then nothing else is passed.
//
Result<std::vector<Input>> inputs_of(const ast::Query& query, std::span<const Input> given) {
  if (!query.args) return std::vector<Input>(given.begin(), given.end());
  if (given.empty()) return std::vector<Input>(query.args->begin(), query.args->end());
  return invalid("query/inputs",
                 "Inputs were passed to a query that has its own :args; leave out one of the two.");
}

}  // namespace

Done Run::reserve(std::uint64_t bytes) {
  bytes_asked += bytes;
  if (arena.bytes() + bytes_outside + bytes_held + bytes_asked <= bytes_max) return {};
  return Error(
      ErrorCategory::limit, "query/memory",
      "The query's intermediate results need more memory than it may use. Ask for less, or "
      "raise memory_bytes_max.");
}

Done Run::keep_going() {
  if (reader.keep_going() && reader.ok()) {
    // The reader may have been made without the flag of these options.
    if (!cancel || !cancel->load(std::memory_order_relaxed)) return {};
    return canceled();
  }
  return reader_error();
}

Error Run::reader_error() const {
  const Error error = db::reader_error(reader);
  if (error.code() == "read/cancelled") return canceled();
  if (error.code() != "read/timeout") return error;
  return Error(ErrorCategory::limit, "query/timeout",
               "The query took longer than it may. Ask for less, or raise its :timeout.");
}

Result<Relation> run_with(const Prepared& prepared, std::span<const Input> given,
                          tree::Reader& reader, const QueryOptions& options, InsideWay inside) {
  Run run{.reader = reader,
          .bytes_max = options.memory_bytes_max,
          .cancel = options.cancel,
          .inside = inside,
          .environment = &base::system_environment()};
  STELE_TRY(const std::vector<Input> inputs, inputs_of(prepared.query, given));
  STELE_TRY(Resolved resolved, resolve(prepared, inputs, run));
  narrow(resolved.clauses);
  const Conjunction conjunction = resolved.conjunction();
  announce_branches(conjunction, run);
  const Plan steps = plan(conjunction);
  announce_scans(conjunction, steps, run);
  STELE_TRY(const Found found, execute_and_find(prepared.query, resolved, steps, run));
  return shape(prepared.query, found, run);
}

}  // namespace query

Result<Query> Query::read(const Value& form) {
  auto prepared = std::make_shared<query::Prepared>();
  STELE_TRY(prepared->query, query::read(form));
  STELE_DO(query::check(prepared->query));
  Query query;
  query.prepared_ = std::move(prepared);
  return query;
}

Result<Relation> Query::run(std::span<const Input> inputs, const QueryOptions& options) const {
  const std::int64_t timeout_ms =
      options.timeout_ms > 0 ? options.timeout_ms : prepared_->query.timeout_ms;
  base::Environment& environment = base::system_environment();
  tree::ReadOptions read{.cancel = options.cancel, .environment = &environment};
  if (timeout_ms > 0) read.deadline = base::deadline_after(environment, timeout_ms);
  tree::Reader reader(read);
  return query::run_with(*prepared_, inputs, reader, options);
}

Result<std::string> Query::explain(std::span<const Input> inputs) const {
  tree::Reader reader;
  query::Run run{.reader = reader, .bytes_max = QueryOptions().memory_bytes_max};
  STELE_TRY(const query::Resolved resolved, query::resolve(*prepared_, inputs, run));
  const query::Conjunction conjunction = resolved.conjunction();
  return query::explain(query::plan(conjunction), prepared_->query);
}

}  // namespace stele
