// Report: what a suite measured, as a table for people and as JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stele::bench {

struct ReportRow {
  std::string name;
  std::string unit = "ms";
  bool is_lower_better = true;
  std::optional<double> stele;  // nullopt: not there yet, or failed
  std::optional<double> stele_p99;
  std::map<std::string, double> peers;  // those that ran
  std::uint64_t rows = 0;
  bool equal = true;  // all engines that ran gave the same answer
  std::string note;
};

struct Report {
  std::string suite;
  std::vector<std::string> peers;  // columns of the table, missing ones too
  std::vector<ReportRow> rows;
};

// How many times better stele is than a figure of a peer's; over 1 is ahead.
double ratio(const ReportRow& row, double peer);
void print_head(const Report& report);
void print_row(const Report& report, const ReportRow& row);
// Geometric means of the ratios, by peer, over the rows that both ran.
void print_means(const Report& report);
// {"suite": …, "machine": …, "rows": […]}, a suite a line. False: the file cannot be written.
bool write_json(const std::vector<Report>& reports, const std::string& path);

}  // namespace stele::bench
