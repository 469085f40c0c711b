#include "report.h"

#include <cmath>
#include <cstdio>
#include <fstream>

#include <sys/utsname.h>
#include <unistd.h>

#include "json.h"

namespace stele::bench {
namespace {

std::string figure(double x) {
  char text[32];
  const int digits = x == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::fabs(x))));
  std::snprintf(text, sizeof text, "%.*f", std::max(0, 2 - digits), x);
  return text;
}

std::string json_number(const std::optional<double>& x) {
  if (!x) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", *x);
  return text;
}

std::string machine() {
  utsname name{};
  uname(&name);
  std::string model = "unknown processor";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  return model + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " cores, " + name.sysname +
         " " + name.release;
}

std::string json_row(const Report& report, const ReportRow& row) {
  std::string out = "{\"name\": " + json_text(row.name) + ", \"unit\": " + json_text(row.unit) +
                    ", \"better\": " + (row.is_lower_better ? "\"lower\"" : "\"higher\"") +
                    ", \"stele\": " + json_number(row.stele) +
                    ", \"stele_p99\": " + json_number(row.stele_p99) + ", \"peers\": {";
  for (const std::string& peer : report.peers) {
    const auto found = row.peers.find(peer);
    out += (out.back() == '{' ? "" : ", ") + json_text(peer) + ": " +
           (found == row.peers.end() ? "null" : json_number(found->second));
  }
  return out + "}, \"rows\": " + std::to_string(row.rows) +
         ", \"equal\": " + (row.equal ? "true" : "false") + ", \"note\": " + json_text(row.note) +
         "}";
}

}  // namespace

double ratio(const ReportRow& row, double peer) {
  return row.is_lower_better ? peer / *row.stele : *row.stele / peer;
}

void print_head(const Report& report) {
  std::printf("%s\n%-18s %-5s %9s %9s", report.suite.c_str(), "row", "unit", "stele", "p99");
  for (const std::string& peer : report.peers) std::printf(" %18s", peer.c_str());
  std::printf(" %8s\n", "rows");
}

void print_row(const Report& report, const ReportRow& row) {
  std::printf("%-18s %-5s %9s %9s", row.name.c_str(), row.unit.c_str(),
              row.stele ? figure(*row.stele).c_str() : "-",
              row.stele_p99 ? figure(*row.stele_p99).c_str() : "-");
  for (const std::string& peer : report.peers) {
    const auto found = row.peers.find(peer);
    std::string cell = found == row.peers.end() ? "-" : figure(found->second);
    if (found != row.peers.end() && row.stele) {
      cell += "  x" + figure(ratio(row, found->second));
    }
    std::printf(" %18s", cell.c_str());
  }
  std::printf(" %8llu  %s%s\n", static_cast<unsigned long long>(row.rows),
              row.equal ? "" : "NOT EQUAL ", row.note.c_str());
  std::fflush(stdout);
}

void print_means(const Report& report) {
  std::printf("%-43s", "geometric mean of the ratios");
  for (const std::string& peer : report.peers) {
    double sum = 0;
    int count = 0;
    for (const ReportRow& row : report.rows) {
      const auto found = row.peers.find(peer);
      if (found == row.peers.end() || !row.stele || !row.equal) continue;
      sum += std::log(ratio(row, found->second));
      ++count;
    }
    std::printf(" %18s", count ? ("x" + figure(std::exp(sum / count))).c_str() : "missing");
  }
  std::printf("\n\n");
}

bool write_json(const std::vector<Report>& reports, const std::string& path) {
  std::ofstream out(path);
  for (const Report& report : reports) {
    out << "{\"suite\": " << json_text(report.suite) << ", \"machine\": " << json_text(machine())
        << ", \"rows\": [";
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
      out << (i ? ", " : "") << json_row(report, report.rows[i]);
    }
    out << "]}\n";
  }
  return static_cast<bool>(out.flush());
}

}  // namespace stele::bench
