#include <cstdio>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/databases.h"
#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"

namespace stele::app {

using base::text;

namespace {

Result<std::vector<Input>> inputs_of(const std::vector<std::string>& arguments,
                                     Databases& databases) {
  std::vector<Input> inputs;
  for (const auto& argument : arguments) {
    if (Databases::names_one(argument)) {
      STELE_TRY(Db db, databases.open(argument));
      inputs.emplace_back(std::move(db));
    } else {
      STELE_TRY(auto value, form_argument(argument));
      inputs.emplace_back(std::move(value));
    }
  }
  return inputs;
}

std::string counted(std::uint64_t n, std::string_view one) {
  return text(n, ' ', one, n == 1 ? "" : "s");
}

// "3 rows in 12 ms; query: 9 nodes, 5 reads of 81920 bytes in 2 rounds; store: 2 heads, 5 reads of
// 82249 bytes in 2 rounds"
void print_stats(const Relation& rows, std::int64_t ms, const StoreStatistics& store) {
  const auto& query = rows.statistics();
  const auto line =
      text(counted(rows.rows(), "row"), " in ", ms, " ms; query: ", counted(query.nodes, "node"),
           ", ", counted(query.requests, "read"), " of ", query.bytes, " bytes in ",
           counted(query.rounds, "round"), "; store: ", counted(store.head_reads, "head"), ", ",
           counted(store.reads, "read"), " of ", store.bytes_read, " bytes in ",
           counted(store.rounds, "round"), "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

Result<Query> query_of(const QueryArguments& arguments) {
  STELE_TRY(auto form, form_argument(arguments.query));
  return Query::read(form);
}

}  // namespace

Done query(const QueryArguments& arguments) {
  auto& clock = base::system_environment();
  const auto begin_ms = clock.steady_ms();
  STELE_TRY(auto prepared, query_of(arguments));
  Databases databases;
  STELE_TRY(auto inputs, inputs_of(arguments.inputs, databases));
  STELE_TRY(auto rows, prepared.run(inputs, {.timeout_ms = arguments.timeout_ms}));
  const auto ms = clock.steady_ms() - begin_ms;
  STELE_DO(print(rows, arguments.output));
  if (arguments.stats) print_stats(rows, ms, databases.statistics());
  return {};
}

Done explain(const QueryArguments& arguments) {
  STELE_TRY(auto prepared, query_of(arguments));
  Databases databases;
  STELE_TRY(auto inputs, inputs_of(arguments.inputs, databases));
  STELE_TRY(auto plan, prepared.explain(inputs));
  std::fwrite(plan.data(), 1, plan.size(), stdout);
  return {};
}

}  // namespace stele::app
