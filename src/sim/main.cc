// stele-simulate: runs simulations, one for each seed, and says what went wrong.
//
//   stele-simulate --seeds 1000 --from 1     runs them; ends with 1 and names the seeds if any of
//                                            them shows a violation
//   stele-simulate --seed 42 --trace         runs one and prints all that happened in it
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/mutex.h"
#include "sim/simulation.h"

namespace stele::sim {
namespace {

struct Totals {
  std::uint64_t seeds = 0, violated = 0, steps = 0, faults = 0, kills = 0, collected = 0,
                committed = 0, refused = 0, unknown = 0;

  void add(const Outcome& o) {
    ++seeds;
    violated += !o.violations.empty();
    steps += o.steps;
    faults += o.faults;
    kills += o.kills;
    collected += o.collected;
    committed += o.committed;
    refused += o.refused;
    unknown += o.unknown;
  }
};

void print_violations(std::uint64_t seed, const Outcome& outcome) {
  for (const auto& violation : outcome.violations) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), violation.c_str());
  }
  if (!outcome.violations.empty()) {
    std::printf("  see: stele-simulate --seed %llu --trace\n",
                static_cast<unsigned long long>(seed));
  }
}

int run_one(std::uint64_t seed, bool trace) {
  const auto outcome = simulate({.seed = seed, .keep_trace = trace});
  for (const auto& line : outcome.trace_lines) std::fputs(line.c_str(), stdout);
  print_violations(seed, outcome);
  std::printf("trace %s\n", outcome.trace.hex().c_str());
  return outcome.violations.empty() ? 0 : 1;
}

int run_many(std::uint64_t from, std::uint64_t seeds, unsigned jobs) {
  std::atomic<std::uint64_t> next{from};
  base::Mutex mutex;  // guards totals and the terminal
  Totals totals;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < jobs; ++i) {
    workers.emplace_back([&] {
      for (std::uint64_t seed = next++; seed < from + seeds; seed = next++) {
        const auto outcome = simulate({.seed = seed});
        const base::Lock lock(mutex);
        totals.add(outcome);
        print_violations(seed, outcome);
      }
    });
  }
  for (auto& worker : workers) worker.join();
  const auto n = [](std::uint64_t x) { return static_cast<unsigned long long>(x); };
  std::printf(
      "%llu runs, %llu of them with violations: %llu steps, %llu faults, %llu kills, %llu packs "
      "collected;\n"
      "%llu transactions committed, %llu refused, %llu unknown\n",
      n(totals.seeds), n(totals.violated), n(totals.steps), n(totals.faults), n(totals.kills),
      n(totals.collected), n(totals.committed), n(totals.refused), n(totals.unknown));
  return totals.violated == 0 ? 0 : 1;
}

int run(int count, char** arguments) {
  CLI::App app("Simulates processes that share a database, on a store that fails.");
  std::uint64_t seed = 0, seeds = 1000, from = 1;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool trace = false;
  auto* one = app.add_option("--seed", seed, "run this seed alone");
  app.add_option("--seeds", seeds, "how many to run")->capture_default_str()->excludes(one);
  app.add_option("--from", from, "the first of them")->capture_default_str()->excludes(one);
  app.add_option("--jobs", jobs, "how many at a time")->check(CLI::PositiveNumber);
  app.add_flag("--trace", trace, "print all that happens")->needs(one);
  CLI11_PARSE(app, count, arguments);
  return one->count() > 0 ? run_one(seed, trace) : run_many(from, seeds, jobs);
}

}  // namespace
}  // namespace stele::sim

int main(int count, char** arguments) { return stele::sim::run(count, arguments); }
