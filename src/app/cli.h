// The command line, by groups: each adds its commands to the program. A command that is called puts
// its outcome into `done`.
#pragma once

#include <CLI/CLI.hpp>

#include "app/output/output.h"

namespace stele::app {

void add_database_commands(CLI::App& app, Done& done);
void add_query_commands(CLI::App& app, Done& done);
void add_reading_commands(CLI::App& app, Done& done);

// --format NAME and its short forms. `output` lives as long as the command.
void add_output_options(CLI::App& command, Output& output);

}  // namespace stele::app
