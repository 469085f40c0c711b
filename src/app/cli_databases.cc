// Making, changing, checking and removing databases.
#include "app/cli.h"
#include "app/commands.h"

namespace stele::app {

namespace {

constexpr const char* kGroup = "Databases";

// A command whose only argument is a database.
void add_simple(CLI::App& app, Done& done, const char* name, const char* help,
                Done (*run)(const std::string&)) {
  auto* command = app.add_subcommand(name, help)->group(kGroup);
  auto database = std::make_shared<std::string>();
  command->add_option("DB", *database, "the database's URL")->required();
  command->callback([database, run, &done] { done = run(*database); });
}

void add_create(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("create", "Create an empty database")->group(kGroup);
  auto a = std::make_shared<CreateArguments>();
  command->add_option("DB", a->database, "its URL, or a map {:store …}")->required();
  command->add_flag("--schema-on-read", a->schema_on_read,
                    "let transactions use undeclared attributes");
  command->add_flag("--no-history", a->no_history, "keep only the present");
  command->add_option("--schema", a->schema, "forms that declare attributes, @FILE or -")
      ->option_text("FORMS");
  command->callback([a, &done] { done = create(*a); });
}

void add_transact(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("transact", "Apply forms as one transaction")->group(kGroup);
  auto a = std::make_shared<TransactArguments>();
  command->add_option("DB", a->database, "the database's URL")->required();
  command->add_option("FORMS", a->forms, "[{…} [:db/add …] …], @FILE or -")->default_val("-");
  command->add_flag("--report", a->full, "print the whole report");
  command
      ->add_option("--nonce", a->nonce,
                   "a name for the transaction: one of this name is not done twice")
      ->option_text("UUID");
  command->add_option("--after", a->nonce_after, "look for the name in later transactions only")
      ->option_text("TX");
  command->callback([a, &done] { done = transact(*a); });
}

void add_outcome(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("outcome", "Say what became of a transaction")->group(kGroup);
  auto a = std::make_shared<OutcomeArguments>();
  command->add_option("DB", a->database, "the database's URL")->required();
  command->add_option("NONCE", a->nonce, "what the error had under :nonce, or --nonce named")
      ->required();
  command->add_option("--after", a->after, "what the error had under :after")->option_text("TX");
  command->callback([a, &done] { done = outcome(*a); });
}

void add_copy(CLI::App& app, Done& done, const char* name, const char* help, const char* to,
              const char* to_help, Done (*run)(const CopyArguments&)) {
  auto* command = app.add_subcommand(name, help)->group(kGroup);
  auto a = std::make_shared<CopyArguments>();
  command->add_option("DB", a->source, "the database's URL")->required();
  command->add_option(to, a->destination, to_help)->required();
  command->callback([a, run, &done] { done = run(*a); });
}

void add_branch(CLI::App& app, Done& done, const char* name, const char* help,
                Done (*run)(const BranchArguments&)) {
  auto* command = app.add_subcommand(name, help)->group(kGroup);
  auto a = std::make_shared<BranchArguments>();
  command->add_option("DB", a->database, "the database's URL")->required();
  command->add_option("NAME", a->name, "the branch")->required();
  command->callback([a, run, &done] { done = run(*a); });
}

void add_gc(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("gc", "Remove what no branch needs any more")->group(kGroup);
  auto a = std::make_shared<GarbageArguments>();
  command->add_option("DB", a->database, "the database's URL")->required();
  command->add_option("--grace", a->grace, "how long readers may go on with what was replaced")
      ->option_text("TIME [24h]");
  command->add_flag("--dry-run", a->dry_run, "only say what would be removed");
  command->callback([a, &done] { done = collect_garbage(*a); });
}

void add_dump(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("dump", "Print what is stored, as text")->group(kGroup);
  auto a = std::make_shared<DumpArguments>();
  command->add_option("DB", a->database, "the database's URL")->required();
  command->add_option("NAME", a->name, "how the name of a pack or node begins; otherwise the head");
  command->add_flag("--full", a->full, "also what transactions changed, and all rows of leaves");
  command->callback([a, &done] { done = dump(*a); });
}

void add_list(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("list", "List the databases in a place")->group(kGroup);
  auto store = std::make_shared<std::string>();
  command->add_option("PLACE", *store, "a database, or where some are: file:FOLDER, s3://BUCKET, …")
      ->required();
  command->callback([store, &done] { done = list(*store); });
}

}  // namespace

void add_database_commands(CLI::App& app, Done& done) {
  add_create(app, done);
  add_transact(app, done);
  add_outcome(app, done);
  add_simple(app, done, "schema", "Print the attributes that were declared", schema);
  add_simple(app, done, "info", "Say what a database holds, and how", info);
  add_simple(app, done, "fold", "Move recent transactions into the trees now", fold);
  add_simple(app, done, "verify", "Read all of a database and check it", verify);
  add_gc(app, done);
  add_dump(app, done);
  add_simple(app, done, "repair", "Restore the newest state that verifies", repair);
  add_copy(app, done, "copy", "Copy a database into another store", "TO",
           "URL of a store without it, or with an earlier state of it", copy);
  add_copy(app, done, "publish", "Lay a database out for any web server", "FOLDER",
           "the folder that is served", publish);
  add_list(app, done);
  add_branch(app, done, "branch", "Make a branch of DB, or of DB#other", branch);
  add_branch(app, done, "delete-branch", "Delete a branch", delete_branch);
  add_simple(app, done, "delete", "Remove a database and all it has stored", remove);
}

}  // namespace stele::app
