// stele, the program: reads the command line and hands on to the commands.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "app/commands.h"

namespace {

using namespace stele;

constexpr const char* kFooter = R"(
Databases are named by URL:  file:PATH   memory:NAME   and a moment of one by  URL@2025-11-01
Forms and queries are given as they are, as @FILE, or as - for standard input.

  stele create file:shop --schema-on-read
  stele transact file:shop '[{:product/sku "W001" :product/name "Widget"}]'
  stele query '[:find ?n :where [_ :product/name ?n]]' file:shop --table)";

int tell(const Done& done) {
  if (done.ok()) return 0;
  const auto& error = done.error();
  std::fprintf(stderr, "error: %s\n       (:%s)\n", error.message().c_str(), error.code().c_str());
  return 1;
}

// A command whose only argument is a database.
void add_simple(CLI::App& app, Done& done, const char* name, const char* help,
                Done (*run)(const std::string&)) {
  auto* command = app.add_subcommand(name, help);
  auto database = std::make_shared<std::string>();
  command->add_option("database", *database, "the database's URL")->required();
  command->callback([database, run, &done] { done = run(*database); });
}

void add_create(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("create", "Create an empty database");
  auto a = std::make_shared<app::CreateArguments>();
  command->add_option("database", a->database, "its URL, or a map {:store …}")->required();
  command->add_flag("--schema-on-read", a->schema_on_read,
                    "let transactions use attributes that were not declared");
  command->add_flag("--no-history", a->no_history, "keep only the present");
  command->add_option("--schema", a->schema, "forms that declare attributes");
  command->callback([a, &done] { done = app::create(*a); });
}

void add_transact(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("transact", "Apply forms as one transaction");
  auto a = std::make_shared<app::TransactArguments>();
  command->add_option("database", a->database, "the database's URL")->required();
  command->add_option("forms", a->forms, "[{…} [:db/add …] …], @FILE or -")->default_val("-");
  command->add_flag("--report", a->full, "print the whole report");
  command->callback([a, &done] { done = app::transact(*a); });
}

void add_query(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("query", "Run a Datalog query over any number of databases");
  auto a = std::make_shared<app::QueryArguments>();
  auto table = std::make_shared<bool>(false);
  command->add_option("query", a->query, "[:find …], @FILE or -")->required();
  command->add_option("inputs", a->inputs, "what :in names, in order: databases and EDN values");
  command->add_flag("--table", *table, "print an aligned table instead of EDN");
  command->add_option("--timeout", a->timeout_ms, "give up after so many milliseconds");
  command->callback([a, table, &done] {
    if (*table) a->format = app::OutputFormat::table;
    done = app::query(*a);
  });
}

void add_datoms(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("datoms", "Print datoms in the order of an index");
  auto a = std::make_shared<app::DatomsArguments>();
  command->add_option("database", a->database, "the database's URL")->required();
  command->add_option("index", a->index, "eavt, aevt or avet")->capture_default_str();
  command->add_option("components", a->components, "leading components, as EDN");
  command->add_option("--limit", a->limit, "print at most so many");
  command->callback([a, &done] { done = app::datoms(*a); });
}

bool has_command(const CLI::App& app, const std::string& name) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(),
                     [&](const auto* command) { return command->get_name() == name; });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("stele: a database that is an immutable value in storage", "stele");
  app.require_subcommand(1);
  app.footer(kFooter);
  app.set_version_flag("--version", "stele 0.1");

  Done done;
  add_create(app, done);
  add_transact(app, done);
  add_query(app, done);
  add_datoms(app, done);
  add_simple(app, done, "schema", "Print the attributes that were declared", app::schema);
  add_simple(app, done, "info", "Say what a database holds, and how", app::info);
  add_simple(app, done, "fold", "Move recent transactions into the trees now", app::fold);
  add_simple(app, done, "verify", "Read all of a database and check it", app::verify);
  add_simple(app, done, "repair", "Restore the newest state that verifies", app::repair);
  add_simple(app, done, "delete", "Remove a database and all it has stored", app::remove);
  auto* pipe = app.add_subcommand("pipe", "Answer requests on standard input, one map a line");
  pipe->callback([&done] { done = app::pipe(); });

  if (argc > 1 && argv[1][0] != '-' && !has_command(app, argv[1])) {
    std::fprintf(stderr, "error: there is no command '%s'; `stele --help` lists them\n", argv[1]);
    return 1;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  return tell(done);
}
