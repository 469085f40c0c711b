// stele, the program: reads the command line and hands on to the commands.
#include <algorithm>
#include <cstdio>

#include "app/cli.h"
#include "app/commands.h"

namespace stele::app {

namespace {

constexpr const char* kFooter = R"(
Databases are named by URL: file:PATH, sqlite:PATH, postgres://HOST/DB,
s3://BUCKET/PREFIX, memory:NAME, https://HOST/PATH where one was published,
tiered:FOLDER,URL through a cache; by URL@2025-11-01 as they stood then. Forms
and queries are given as they are, as @FILE, or as - for standard input.
`stele COMMAND --help` says more about one.

  stele create file:shop --schema-on-read
  stele transact file:shop '[{:product/sku "W001" :product/name "Widget"}]'
  stele query '[:find ?n :where [_ :product/name ?n]]' file:shop --table)";

int tell(const Done& done) {
  if (done.ok()) return 0;
  const auto& error = done.error();
  std::fprintf(stderr, "error: %s\n       (:%s)\n", error.message().c_str(), error.code().c_str());
  return 1;
}

// What is wrong with the command line itself.
std::string mistake(const CLI::App* app, const CLI::Error& error) {
  const auto* command = app->get_subcommands().empty() ? app : app->get_subcommands()[0];
  const std::string name = command == app ? "" : " " + command->get_name();
  return std::string("error: ") + error.what() + "\n       `stele" + name + " --help` says more\n";
}

bool has_command(const CLI::App& app, const std::string& name) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(),
                     [&](const auto* command) { return command->get_name() == name; });
}

// The words of the command line behind the program's name, last first, as CLI11 takes them. It
// reads [a,b] as a list of two arguments, though not behind a space, which means nothing in EDN.
std::vector<std::string> words(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = argc - 1; i > 0; --i) {
    words.emplace_back(argv[i]);
    if (words.back().starts_with('[')) words.back().insert(0, " ");
  }
  return words;
}

int run(int argc, char** argv) {
  CLI::App app("stele: a database that is an immutable value in storage", "stele");
  app.require_subcommand(1);
  app.footer(kFooter);
  app.set_version_flag("--version", "stele 0.1");
  app.get_formatter()->column_width(22);
  app.get_formatter()->label("TEXT", "");
  app.get_formatter()->label("REQUIRED", "");
  app.failure_message(mistake);

  Done done;
  add_query_commands(app, done);
  add_reading_commands(app, done);
  add_database_commands(app, done);
  auto* piping = app.add_subcommand("pipe", "Answer requests on standard input, one map a line")
                     ->group("Programs");
  piping->callback([&done] { done = pipe(); });

  if (argc > 1 && argv[1][0] != '-' && !has_command(app, argv[1])) {
    std::fprintf(stderr, "error: there is no command '%s'; `stele --help` lists them\n", argv[1]);
    return 1;
  }
  try {
    app.parse(words(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  return tell(done);
}

}  // namespace

void add_output_options(CLI::App& command, Output& output) {
  output.width = terminal_width();
  const auto choose = [&output](const std::string& name) {
    const auto format = format_named(name);
    if (!format.ok()) throw CLI::ValidationError("--format", format.error().message());
    output.format = *format;
  };
  constexpr const char* kFormats = "Format";
  command
      .add_option_function<std::string>(
          "--format", choose, format_names() + "; without:\na table on a terminal, edn elsewhere")
      ->option_text("NAME")
      ->group(kFormats);
  const std::pair<const char*, Format> kShort[] = {
      {"--edn", Format::edn},       {"--pretty", Format::pretty}, {"--json", Format::json},
      {"--ndjson", Format::ndjson}, {"--csv", Format::csv},       {"--table", Format::table}};
  for (const auto& [flag, format] : kShort) {
    command
        .add_flag_function(
            flag, [&output, chosen = format](std::int64_t) { output.format = chosen; },
            "the same as --format " + std::string(flag + 2))
        ->group(kFormats);
  }
}

}  // namespace stele::app

int main(int argc, char** argv) { return stele::app::run(argc, argv); }
