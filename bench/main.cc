// stele-bench: stele beside other engines, on the same data, in the same run.
//
//   make bench-peers                     # gets the peers, builds, runs everything
//   build/release/stele-bench --suite query --row q5 --people 200000
//
// Every row is checked: all engines must give the same answer, or the row says NOT EQUAL and the
// program ends with 1. A peer that is not on this machine is shown as missing, and wins nothing.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <CLI/CLI.hpp>

#include "samples.h"
#include "suite.h"

namespace stele::bench {
namespace {

constexpr Suite kSuites[] = {
    {"query", query_row_names, run_query_suite},
    {"load", load_row_names, run_load_suite},
    {"open", open_row_names, run_open_suite},
#ifdef STELE_BENCH_REMOTE
    {"remote", remote_row_names, run_remote_suite, true},
#endif
};

void list() {
  for (const Suite& suite : kSuites) {
    for (const std::string& row : suite.rows()) std::printf("%s %s\n", suite.name, row.c_str());
  }
}

bool are_equal(const Report& report) {
  bool all = true;
  for (const ReportRow& row : report.rows) all = all && row.equal;
  return all;
}

std::string folder_of(const std::string& program) {
  const std::size_t slash = program.rfind('/');
  return slash == std::string::npos ? "." : program.substr(0, slash);
}

int run(const Settings& settings, const std::string& only, const std::string& json) {
  std::vector<Report> reports;
  bool ok = true;
  for (const Suite& suite : kSuites) {
    if (only.empty() ? suite.is_by_name_only : only != suite.name) continue;
    reports.push_back(suite.run(settings));
    ok = ok && are_equal(reports.back());
  }
  if (!json.empty() && !write_json(reports, json)) {
    std::fprintf(stderr, "cannot write %s\n", json.c_str());
    return 1;
  }
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace stele::bench

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--ask-sqlite") {
    stele::bench::print_sqlite_answer(argv[2], std::atoll(argv[3]));
    return 0;
  }
  stele::bench::Settings settings;
  settings.peers_folder = STELE_PEERS_FOLDER;
  settings.stele_program = stele::bench::folder_of(argv[0]) + "/stele";
  std::string suite, json;
  bool wants_list = false, is_smoke = false;
  CLI::App app("stele beside other engines, on the same data, in the same run");
  app.add_flag("--list", wants_list, "name the suites and their rows");
  app.add_option("--suite", suite, "only this one")
      ->check(CLI::IsMember({"query", "load", "open", "remote"}));
  app.add_option("--row", settings.row, "only this one");
  app.add_option("--people", settings.people, "how many there are")->capture_default_str();
  app.add_option("--seed", settings.seed, "what the data is made from")->capture_default_str();
  app.add_option("--budget", settings.budget_ms, "milliseconds for each engine and row")
      ->capture_default_str();
  app.add_option("--peers", settings.peers_folder, "where npm installed the peers")
      ->capture_default_str();
  app.add_option("--round-trip", settings.round_trip_ms, "milliseconds, of the remote suite")
      ->capture_default_str();
  app.add_flag("--cpu", stele::bench::Stopwatch::counts_cpu,
               "time on the processor instead of wall time, for the engines in this process");
  app.add_option("--json", json, "write the figures to this file, too");
  app.add_flag("--smoke", is_smoke, "few people, each row once: are the answers equal?");
  CLI11_PARSE(app, argc, argv);
  if (wants_list) {
    stele::bench::list();
    return 0;
  }
  if (is_smoke) {
    settings.people = 500;
    settings.budget_ms = 0;
  }
  try {
    return stele::bench::run(settings, suite, json);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}
