// Reading one database without a query.
#include "app/cli.h"
#include "app/commands.h"

namespace stele::app {

namespace {

constexpr const char* kGroup = "Reading";
constexpr const char* kDatabase = "a URL, or a reference as in `stele query --help`";
constexpr const char* kEntity = "an id, a lookup ref '[:sku \"W1\"]', or an ident :a/b";

void add_index_command(CLI::App& app, Done& done, const char* name, const char* help,
                       Done (*run)(const DatomsArguments&)) {
  auto* command = app.add_subcommand(name, help)->group(kGroup);
  auto a = std::make_shared<DatomsArguments>();
  command->add_option("DB", a->database, kDatabase)->required();
  command->add_option("INDEX", a->index, "eavt, aevt or avet")->capture_default_str();
  command->add_option("COMPONENTS", a->components, "leading components, as EDN");
  command->add_option("--limit", a->limit, "print at most so many")->option_text("N");
  add_output_options(*command, a->output);
  command->callback([a, run, &done] { done = run(*a); });
}

void add_range(CLI::App& app, Done& done) {
  auto* command =
      app.add_subcommand("range", "Print datoms of an indexed attribute between two values")
          ->group(kGroup);
  auto a = std::make_shared<RangeArguments>();
  command->add_option("DB", a->database, kDatabase)->required();
  command->add_option("ATTRIBUTE", a->attribute, "for example :product/price")->required();
  command->add_option("START", a->start, "the least value, as EDN; nil for none")
      ->default_val("nil");
  command->add_option("END", a->end, "the greatest, included; nil for none")->default_val("nil");
  command->add_option("--limit", a->limit, "print at most so many")->option_text("N");
  add_output_options(*command, a->output);
  command->callback([a, &done] { done = range(*a); });
}

void add_log(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("log", "Print the transactions, oldest first")->group(kGroup);
  auto a = std::make_shared<LogArguments>();
  command->add_option("DB", a->database, kDatabase)->required();
  command->add_option("--limit", a->limit, "print at most so many")->option_text("N");
  command->add_flag("--reverse", a->newest_first, "newest first");
  add_output_options(*command, a->output);
  command->callback([a, &done] { done = log(*a); });
}

void add_pull(CLI::App& app, Done& done) {
  auto* command =
      app.add_subcommand("pull", "Print entities in the shape of a pattern")->group(kGroup);
  auto a = std::make_shared<PullArguments>();
  command->add_option("DB", a->database, kDatabase)->required();
  command->add_option("PATTERN", a->pattern, "[:name {:friend [:name]}], '[*]', @FILE or -")
      ->required();
  command->add_option("EID", a->entities, kEntity)->required();
  add_output_options(*command, a->output);
  command->footer(R"(
  stele pull file:shop '[:product/name {:product/maker [:maker/name]}]' \
        '[:product/sku "W001"]')");
  command->callback([a, &done] { done = pull(*a); });
}

void add_entity(CLI::App& app, Done& done) {
  auto* command = app.add_subcommand("entity", "Print all that an entity says")->group(kGroup);
  auto a = std::make_shared<EntityArguments>();
  command->add_option("DB", a->database, kDatabase)->required();
  command->add_option("EID", a->entity, kEntity)->required();
  add_output_options(*command, a->output);
  command->callback([a, &done] { done = entity(*a); });
}

}  // namespace

void add_reading_commands(CLI::App& app, Done& done) {
  add_pull(app, done);
  add_entity(app, done);
  add_index_command(app, done, "datoms", "Print datoms in the order of an index", datoms);
  add_index_command(app, done, "seek", "Print datoms from a place in an index onward", seek);
  add_index_command(app, done, "rseek", "Print datoms from a place in an index backward", rseek);
  add_range(app, done);
  add_log(app, done);
}

}  // namespace stele::app
