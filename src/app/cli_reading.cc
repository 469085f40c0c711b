// Reading one database without a query.
#include "app/cli.h"
#include "app/commands.h"

namespace stele::app {

namespace {

constexpr const char* kGroup = "Reading";

void add_index_command(CLI::App& app, Done& done, const char* name, const char* help,
                       Done (*run)(const DatomsArguments&)) {
  auto* command = app.add_subcommand(name, help)->group(kGroup);
  auto a = std::make_shared<DatomsArguments>();
  command->add_option("DB", a->database, "a URL, or a reference as in `stele query --help`")
      ->required();
  command->add_option("INDEX", a->index, "eavt, aevt or avet")->capture_default_str();
  command->add_option("COMPONENTS", a->components, "leading components, as EDN");
  command->add_option("--limit", a->limit, "print at most so many")->option_text("N");
  add_output_options(*command, a->output);
  command->callback([a, run, &done] { done = run(*a); });
}

}  // namespace

void add_reading_commands(CLI::App& app, Done& done) {
  add_index_command(app, done, "datoms", "Print datoms in the order of an index", datoms);
  add_index_command(app, done, "seek", "Print datoms from a place in an index onward", seek);
}

}  // namespace stele::app
