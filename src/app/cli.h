// The command line, by groups: each adds its commands to the program. A command that is called puts
// its outcome into `done`.
#pragma once

#include <CLI/CLI.hpp>

#include "app/output/output.h"

namespace stele::app {

void add_database_commands(CLI::App& app, Done& done);
void add_query_commands(CLI::App& app, Done& done);
void add_reading_commands(CLI::App& app, Done& done);

// Positional arguments of which there may be several, each a text that is taken as it is: CLI11 would
// take "[a b]" for a list of its own.
inline CLI::Option* add_texts(CLI::App& command, const char* name, std::vector<std::string>& texts,
                              const char* help) {
  return command.add_option(name, texts, help)->allow_extra_args(false);
}

// --format NAME and its short forms. `output` lives as long as the command.
void add_output_options(CLI::App& command, Output& output);

}  // namespace stele::app
