// The pipe's operations on stores: what is in them, and copies from one to another.
#include "app/pipe.h"
#include "app/pipe_request.h"
#include "app/told.h"
#include "base/try.h"
#include "door/secrets.h"
#include "edn/writer.h"

namespace stele::app {

namespace {

Value key(std::string_view name) { return Value::keyword(name); }

std::string as_location(const Value& config) {
  return config.is(Kind::string) ? std::string(config.as_string()) : edn::write(config);
}

Value told(const ListedBranch& branch) {
  if (branch.problem) return Value::map({{key("error"), app::told(*branch.problem)}});
  return Value::map({{key("max-tx"), Value(static_cast<std::int64_t>(branch.max_tx))},
                     {key("instant"), Value(branch.instant)}});
}

// {:url "file:shop" :branches {:db {:max-tx n :instant #inst "…"}}}
Value told(const ListedDatabase& database) {
  std::vector<Value::Entry> branches;
  for (const auto& branch : database.branches)
    branches.emplace_back(key(branch.name), told(branch));
  return Value::map({{key("url"), Value(door::shown_location(database.url))},
                     {key("branches"), Value::map(std::move(branches))}});
}

Value number(std::uint64_t n) { return Value(static_cast<std::int64_t>(n)); }

}  // namespace

Result<Value> Pipe::list(const Value& request) {
  STELE_TRY(const auto config, required(request, "config"));
  STELE_TRY(const auto databases, list_databases(as_location(config)));
  std::vector<Value> all;
  for (const auto& database : databases) all.push_back(told(database));
  return Value::vector(std::move(all));
}

Result<Value> Pipe::copy(const Value& request) {
  STELE_TRY(const auto id, required_text(request, "id"));
  STELE_DO(connection(request));
  STELE_TRY(const auto to, required(request, "to"));
  const auto& from = connections_.find(id)->second.location;
  STELE_TRY(const auto report, copy_database(as_location(from), as_location(to)));
  return Value::map({{key("max-tx"), Value(static_cast<std::int64_t>(report.tx))},
                     {key("instant"), Value(report.instant)},
                     {key("packs-copied"), number(report.packs_copied)},
                     {key("packs-there"), number(report.packs_there)},
                     {key("bytes-copied"), number(report.bytes_copied)}});
}

}  // namespace stele::app
