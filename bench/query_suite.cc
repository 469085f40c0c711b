// The query suite: every row on every engine, in rounds, so that what else the machine does meets
// all.
#include <cstdio>
#include <map>

#include "peer.h"
#include "suite.h"

namespace stele::bench {
namespace {

struct Engine {
  std::unique_ptr<Peer> peer;
  std::unique_ptr<Runner> runner;  // of the row at work
  Samples samples;
};

class QuerySuite {
 public:
  explicit QuerySuite(const Settings& settings) : settings_(settings) {
    report_.suite = "query";
    engines_.push_back({make_stele(), nullptr, {}});
    std::string why;
    add("sqlite", make_sqlite(why), why);
    add("duckdb", make_duckdb(settings.peers_folder, why), why);
    add("datascript", make_datascript(settings.peers_folder, why), why);
  }

  Report run() {
    print_head(report_);
    for (const QueryRow& row : query_rows(settings_.people)) {
      if (!settings_.wants(row.name)) continue;
      load(row.data);
      report_.rows.push_back(measure(row));
      print_row(report_, report_.rows.back());
    }
    print_means(report_);
    return std::move(report_);
  }

 private:
  void add(const char* name, std::unique_ptr<Peer> peer, const std::string& why) {
    report_.peers.push_back(name);
    if (peer) {
      engines_.push_back({std::move(peer), nullptr, {}});
    } else {
      std::printf("%s is missing: %s\n", name, why.c_str());
    }
  }

  void load(const std::string& name) {
    if (data_.name == name) return;
    for (Engine& engine : engines_) engine.runner = nullptr;
    data_ = make_data_set(name, settings_.people, settings_.seed);
    data_.name = name;
    for (Engine& engine : engines_) engine.peer->load(data_);
  }

  ReportRow measure(const QueryRow& row) {
    ReportRow out{.name = row.name};
    prepare(row, out);
    compare(out);
    const int rounds = settings_.budget_ms > 0 ? 3 : 1;
    for (int round = 0; round < rounds; ++round) {
      for (Engine& engine : engines_) {
        if (engine.runner) engine.runner->sample(settings_.budget_ms / rounds, engine.samples);
      }
    }
    for (Engine& engine : engines_) {
      if (engine.runner) tell(engine, out);
    }
    return out;
  }

  void prepare(const QueryRow& row, ReportRow& out) {
    for (Engine& engine : engines_) {
      engine.samples = {};
      std::string why;
      engine.runner = engine.peer->prepare(row, why);
      if (!engine.runner && engine.peer->name() == "stele") out.note = "not yet: " + why;
    }
  }

  // Who gives another answer than the first engine that ran is named.
  void compare(ReportRow& out) {
    std::optional<Answer> first;
    for (Engine& engine : engines_) {
      if (!engine.runner) continue;
      const Answer answer = engine.runner->answer();
      if (!first) {
        first = answer;
        out.rows = answer.rows;
      } else if (!(answer == *first)) {
        out.equal = false;
        out.note += engine.peer->name() + " gives " + std::to_string(answer.rows) + " rows ";
      }
    }
  }

  static void tell(const Engine& engine, ReportRow& out) {
    const double ms = engine.samples.median_us() / 1000;
    if (engine.peer->name() == "stele") {
      out.stele = ms;
      out.stele_p99 = engine.samples.quantile_us(0.99) / 1000;
    } else {
      out.peers[engine.peer->name()] = ms;
    }
  }

  const Settings settings_;
  Report report_;
  std::vector<Engine> engines_;
  DataSet data_;
};

}  // namespace

std::vector<std::string> query_row_names() {
  std::vector<std::string> out;
  for (const QueryRow& row : query_rows(1)) out.push_back(row.name);
  return out;
}

Report run_query_suite(const Settings& settings) { return QuerySuite(settings).run(); }

}  // namespace stele::bench
