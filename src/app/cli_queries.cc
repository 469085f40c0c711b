// Queries over any number of databases.
#include "app/cli.h"
#include "app/commands.h"

namespace stele::app {

namespace {

constexpr const char* kGroup = "Reading";

constexpr const char* kInputs = R"(
Inputs:
  file:shop  file:shop@2025-11-01      a database, now or at a moment
  '#db-history "file:shop"'            all that was ever true; so too
  '#db-since ["file:shop" #inst "2025-11-01"]'  and the others of docs/pipe.md
  '"W001"'  5  :open  '["a" "b"]'      EDN values; texts keep their quotes
  @FILE                                a value in a file

  stele query '[:find ?n :in $ ?sku
                :where [?e :product/sku ?sku] [?e :product/name ?n]]' \
        file:shop '"W001"')";

// The query and its inputs.
void add_question(CLI::App& command, QueryArguments& arguments) {
  command.add_option("QUERY", arguments.query, "[:find …], @FILE or -")->required();
  command.add_option("INPUTS", arguments.inputs, "what :in names, in order: databases, EDN values");
  command.footer(kInputs);
}

void add_query(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("query", "Run a Datalog query over any number of databases")
                      ->group(kGroup);
  auto a = std::make_shared<QueryArguments>();
  add_question(*command, *a);
  add_output_options(*command, a->output);
  command->add_option("--timeout", a->timeout_ms, "give up after so many milliseconds")
      ->option_text("MS");
  command->add_flag("--stats", a->stats, "say on standard error what the query took");
  command->callback([a, &done] { done = query(*a); });
}

void add_explain(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("explain", "Show how a query would be run")->group(kGroup);
  auto a = std::make_shared<QueryArguments>();
  add_question(*command, *a);
  command->callback([a, &done] { done = explain(*a); });
}

}  // namespace

void add_query_commands(CLI::App& app, Done& done) {
  add_query(app, done);
  add_explain(app, done);
}

}  // namespace stele::app
