// The load suite: how fast data gets in, and how much room it takes there.
#include <cstdio>

#include "loader.h"
#include "samples.h"
#include "scratch_folder.h"
#include "suite.h"

namespace stele::bench {
namespace {

// What a row does, for every engine alike.
struct LoadRow {
  const char* name;
  const char* unit;
  bool is_file;
  std::size_t people;                // times Settings::people / 20,000
  std::size_t rows_per_transaction;  // 0: all in one
  int times;
  enum class Tell { ms, datoms_per_s, transactions_per_s, bytes_per_datom } tell;
};

constexpr LoadRow kRows[] = {
    {"people-memory", "ms", false, 20'000, 0, 5, LoadRow::Tell::ms},
    {"people-file", "ms", true, 20'000, 0, 5, LoadRow::Tell::ms},
    {"entities-memory", "tx/s", false, 10'000, 1, 3, LoadRow::Tell::transactions_per_s},
    {"entities-file", "tx/s", true, 2'000, 1, 3, LoadRow::Tell::transactions_per_s},
    {"million-file", "d/s", true, 182'000, 10'000, 1, LoadRow::Tell::datoms_per_s},
    {"bytes-per-datom", "B", true, 182'000, 10'000, 1, LoadRow::Tell::bytes_per_datom},
};

class LoadSuite {
 public:
  explicit LoadSuite(const Settings& settings) : settings_(settings) {
    report_.suite = "load";
    std::string why;
    loaders_.push_back(make_stele_loader());
    add("sqlite", make_sqlite_loader(), why);
    add("duckdb", make_duckdb_loader(settings.peers_folder, why), why);
    add("datascript", make_datascript_loader(settings.peers_folder, why), why);
  }

  Report run() {
    print_head(report_);
    for (const LoadRow& row : kRows) {
      if (!settings_.wants(row.name)) continue;
      report_.rows.push_back(measure(row));
      print_row(report_, report_.rows.back());
    }
    print_means(report_);
    return std::move(report_);
  }

 private:
  void add(const char* name, std::unique_ptr<Loader> loader, const std::string& why) {
    report_.peers.push_back(name);
    if (loader) {
      loaders_.push_back(std::move(loader));
    } else {
      std::printf("%s is missing: %s\n", name, why.c_str());
    }
  }

  ReportRow measure(const LoadRow& row) {
    ReportRow out{.name = row.name, .unit = row.unit};
    out.is_lower_better =
        row.tell == LoadRow::Tell::ms || row.tell == LoadRow::Tell::bytes_per_datom;
    const DataSet data = make_people(row.people * settings_.people / 20'000, settings_.seed);
    out.rows = data.datoms();
    std::vector<Samples> samples(loaders_.size());
    for (int i = 0; i < (settings_.budget_ms > 0 ? row.times : 1); ++i) {
      for (std::size_t at = 0; at < loaders_.size(); ++at) {
        if (row.is_file && loaders_[at]->name() == "datascript") continue;
        samples[at].add(measure(row, data, *loaders_[at], out));
      }
    }
    for (std::size_t at = 0; at < loaders_.size(); ++at) {
      if (samples[at].size() == 0) continue;
      if (at == 0) {
        out.stele = samples[at].median_us();
        out.stele_p99 = samples[at].quantile_us(out.is_lower_better ? 0.99 : 0.01);
      } else {
        out.peers[loaders_[at]->name()] = samples[at].median_us();
      }
    }
    return out;
  }

  // One engine, once; in the row's unit.
  double measure(const LoadRow& row, const DataSet& data, Loader& loader, ReportRow& out) {
    const ScratchFolder folder;
    loader.open(data, row.is_file ? folder.path() : "");
    const auto transactions =
        transactions_of(data, row.rows_per_transaction ? row.rows_per_transaction : SIZE_MAX);
    double ms = loader.apply_ms(transactions);
    if (row.rows_per_transaction != 1) ms += loader.settle_ms();
    if (const std::uint64_t facts = loader.facts(); facts != data.datoms()) {
      out.equal = false;
      out.note += loader.name() + " has " + std::to_string(facts) + " facts ";
    }
    loader.close();
    const auto datoms = static_cast<double>(data.datoms());
    switch (row.tell) {
      case LoadRow::Tell::ms:
        return ms;
      case LoadRow::Tell::datoms_per_s:
        return datoms / ms * 1000;
      case LoadRow::Tell::transactions_per_s:
        return static_cast<double>(transactions.size()) / ms * 1000;
      default:
        return static_cast<double>(folder.bytes()) / datoms;
    }
  }

  const Settings settings_;
  Report report_;
  std::vector<std::unique_ptr<Loader>> loaders_;
};

}  // namespace

std::vector<std::string> load_row_names() {
  std::vector<std::string> out;
  for (const LoadRow& row : kRows) out.push_back(row.name);
  return out;
}

Report run_load_suite(const Settings& settings) { return LoadSuite(settings).run(); }

}  // namespace stele::bench
