// stele-commits: how many transactions a second a store takes, and how evenly.
//
//   stele-commits file:/tmp/shop --callers 16
//   stele-commits 's3://shop/db?endpoint=http://127.0.0.1:8080' --callers 16 --gather 0
//   stele-commits s3://shop/db --processes 8 --no-turns
//
// Each process opens the database, which is made if it is not there, by a connection of its own;
// each of its callers transacts one entity of 4 facts after the other. Afterwards every
// acknowledged one is looked for.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include <CLI/CLI.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <stele/stele.h>

#include "base/text.h"
#include "conn/connection.h"
#include "door/location.h"
#include "door/registry.h"
#include "edn/reader.h"

namespace {

using namespace stele;
using Clock = std::chrono::steady_clock;

struct Settings {
  std::string url;
  int callers = 1;
  int processes = 1;
  double seconds = 5;
  std::int64_t gather_ms = -1;  // the store's own
  bool no_turns = false;
  int items_first = 1;  // entities in a transaction of the first process
};

struct Told {  // by a process to the first one
  std::uint64_t commits = 0;
  std::uint64_t failed = 0;
  std::uint64_t head_writes = 0, head_reads = 0, bytes_written = 0;
  double p50_ms = 0, p99_ms = 0, max_ms = 0;
};

std::shared_ptr<conn::Connection> open(const Settings& settings) {
  auto location = door::read_location(settings.url).value();
  auto store = door::open_store(location.store, door::Access::open).value();
  conn::ConnectionOptions options;
  options.branch = location.branch;
  if (settings.gather_ms >= 0) options.gather_ms = settings.gather_ms;
  if (settings.no_turns) options.losses_before_reservation = INT_MAX;
  return conn::Connection::open(store, base::system_environment(), options).value();
}

Value forms(int process, int caller, int n, int items) {
  std::string text = "[";
  for (int i = 0; i < items; ++i) {
    text += base::text("{:process ", process, " :caller ", caller, " :n ", n, " :item ", i, "}");
  }
  return edn::read(text + "]").value();
}

Told commit(const Settings& settings, int process) {
  auto connection = open(settings);
  const auto before = connection->statistics();
  std::vector<std::vector<double>> ms(static_cast<std::size_t>(settings.callers));
  std::atomic<std::uint64_t> failed{0};
  const auto end = Clock::now() + std::chrono::duration<double>(settings.seconds);
  const int items = process == 0 ? settings.items_first : 1;
  std::vector<std::thread> threads;
  for (int c = 0; c < settings.callers; ++c) {
    threads.emplace_back([&, c] {
      for (int n = 0; Clock::now() < end; ++n) {
        const auto begin = Clock::now();
        const auto report = connection->transact(forms(process, c, n, items), {});
        const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
        if (report.ok()) {
          ms[static_cast<std::size_t>(c)].push_back(took.count());
        } else if (failed++ == 0) {
          std::fprintf(stderr, "%s\n", report.error().message().c_str());
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& one : ms) all.insert(all.end(), one.begin(), one.end());
  std::sort(all.begin(), all.end());
  const auto after = connection->statistics();
  Told told;
  told.commits = all.size();
  told.failed = failed;
  told.head_writes = after.head_writes - before.head_writes;
  told.head_reads = after.head_reads - before.head_reads;
  told.bytes_written = after.bytes_written - before.bytes_written;
  if (!all.empty()) {
    told.p50_ms = all[all.size() / 2];
    told.p99_ms = all[all.size() * 99 / 100];
    told.max_ms = all.back();
  }
  return told;
}

// Entities of all transactions that are there.
std::uint64_t count_there(const Settings& settings) {
  const auto db = open(settings)->db({}).value();
  const Value item = Value::keyword("item"), zero(0);
  std::uint64_t count = 0;
  for (const auto& datom : db.datoms(IndexOrder::aevt, std::span(&item, 1)).value()) {
    count += datom.v == zero;
  }
  return count;
}

int run(const Settings& settings) {
  const bool is_new = !database_exists(settings.url).value_or(false);
  if (is_new) {
    const Value read = Value::map({{Value::keyword("schema-flexibility"), Value::keyword("read")}});
    create_database(settings.url, read).value();
  }
  const auto there_before = count_there(settings);
  std::vector<Told> told;
  std::vector<std::pair<pid_t, int>> children;
  for (int p = 1; p < settings.processes; ++p) {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    std::fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
      const Told mine = commit(settings, p);
      const bool written = write(ends[1], &mine, sizeof mine) == sizeof mine;
      _exit(written ? 0 : 1);
    }
    close(ends[1]);
    children.emplace_back(pid, ends[0]);
  }
  told.push_back(commit(settings, 0));
  for (const auto& [pid, end] : children) {
    Told one;
    if (read(end, &one, sizeof one) == sizeof one) told.push_back(one);
    close(end);
    waitpid(pid, nullptr, 0);
  }
  std::uint64_t commits = 0, writes = 0;
  for (std::size_t p = 0; p < told.size(); ++p) {
    const Told& t = told[p];
    commits += t.commits;
    writes += t.head_writes;
    std::printf(
        "process %zu: %llu commits, %llu failed; %llu head writes, %llu head reads, %llu kB "
        "written; p50 %.1f ms, p99 %.1f ms, max %.1f ms\n",
        p, static_cast<unsigned long long>(t.commits), static_cast<unsigned long long>(t.failed),
        static_cast<unsigned long long>(t.head_writes),
        static_cast<unsigned long long>(t.head_reads),
        static_cast<unsigned long long>(t.bytes_written / 1000), t.p50_ms, t.p99_ms, t.max_ms);
  }
  const auto there = count_there(settings) - there_before;
  std::printf("%.0f transactions/s, %.1f to a head write; %s\n",
              static_cast<double>(commits) / settings.seconds,
              writes ? static_cast<double>(commits) / static_cast<double>(writes) : 0.0,
              there == commits ? "all of them are there" : "SOME ARE LOST OR DOUBLED");
  return there == commits && told.size() == static_cast<std::size_t>(settings.processes) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("how many transactions a second a store takes, and how evenly");
  app.add_option("URL", settings.url, "the database")->required();
  app.add_option("--callers", settings.callers, "threads of each connection")
      ->capture_default_str();
  app.add_option("--processes", settings.processes, "each with a connection")
      ->capture_default_str();
  app.add_option("--seconds", settings.seconds, "how long")->capture_default_str();
  app.add_option("--gather", settings.gather_ms, "ms that callers are waited for");
  app.add_flag("--no-turns", settings.no_turns, "no reservations");
  app.add_option("--items", settings.items_first, "entities of a transaction of the first process")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return run(settings);
}
