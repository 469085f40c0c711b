// Suites: what they are given, and which there are.
#pragma once

#include <string>
#include <vector>

#include "report.h"

namespace stele::bench {

struct Settings {
  std::size_t people = 20'000;
  std::uint64_t seed = 1;
  std::string row;            // only this one; empty: all
  std::string peers_folder;   // where npm put its packages
  std::string stele_program;  // for processes from their start
  double budget_ms = 300;     // for each engine and row; 0: each once
  double round_trip_ms = 20;  // of the remote suite
  bool wants(const std::string& name) const { return row.empty() || row == name; }
};

struct Suite {
  const char* name;
  std::vector<std::string> (*rows)();
  Report (*run)(const Settings& settings);
  bool is_by_name_only = false;  // it starts servers, so that it runs only when it is asked for
};

std::vector<std::string> query_row_names();
Report run_query_suite(const Settings& settings);
std::vector<std::string> load_row_names();
Report run_load_suite(const Settings& settings);
std::vector<std::string> open_row_names();
Report run_open_suite(const Settings& settings);
// Only where tests are built, which it has its server from.
std::vector<std::string> remote_row_names();
Report run_remote_suite(const Settings& settings);
// What the row `process` starts as SQLite's program: asks for one name and prints it.
void print_sqlite_answer(const std::string& folder, std::int64_t id);

}  // namespace stele::bench
