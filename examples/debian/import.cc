// Loads what this Debian machine knows of packages into two databases.
//
//   examples/debian/lists build/demo/apt | example_debian catalog file:build/demo/catalog
//   example_debian inventory file:build/demo/inventory
//
// The databases may be in any store that can be written; they are made if they are not there.
// The catalog's lists come on standard input, a line each: date, suite and file between tabs. They
// are loaded oldest first, each as of its date. What is there already is brought up to date.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "catalog.h"
#include "inventory.h"
#include "progress.h"
#include "schema.h"

namespace debian {
namespace {

namespace files = std::filesystem;
using stele::Done;
using stele::Result;

// ---- The machine

Result<std::string> output_of(const std::string& command) {
  std::string all(1 << 20, '\0');
  std::size_t size = 0;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return stele::unavailable("apt/helper", "cannot run " + command);
  while (const auto n = std::fread(all.data() + size, 1, all.size() - size, pipe)) {
    size += n;
    if (size == all.size()) all.resize(2 * size);
  }
  if (pclose(pipe) != 0) return stele::unavailable("apt/helper", "this failed: " + command);
  all.resize(size);
  return all;
}

// Package lists are compressed on many machines; apt knows how.
Result<std::string> read_package_file(const std::string& path) {
  std::string quoted;
  for (const char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return output_of("/usr/lib/apt/apt-helper cat-file '" + quoted + "'");
}

std::string file_or_nothing(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::optional<stele::Instant> changed(const files::path& path) {
  std::error_code failed;
  const auto at = files::last_write_time(path, failed);
  if (failed) return std::nullopt;
  const auto since_1970 = std::chrono::file_clock::to_sys(at).time_since_epoch();
  return stele::Instant{std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count()};
}

Result<Machine> this_machine() {
  Machine machine;
  auto architecture = output_of("dpkg --print-architecture");
  if (!architecture.ok()) return architecture.error();
  machine.architecture = trimmed(*architecture);
  machine.status = file_or_nothing("/var/lib/dpkg/status");
  if (machine.status.empty()) {
    return stele::unavailable("dpkg/status", "cannot read /var/lib/dpkg/status");
  }
  machine.extended_states = file_or_nothing("/var/lib/apt/extended_states");
  const auto own = ":" + machine.architecture;
  machine.unpacked = [own](const std::string& name) {
    const files::path info = "/var/lib/dpkg/info";
    auto at = changed(info / (name + ".list"));
    return at ? at : changed(info / (name + own + ".list"));
  };
  return machine;
}

// ---- The stores

Result<stele::Connection> connect_or_create(const std::string& url) {
  auto exists = stele::database_exists(url);
  if (!exists.ok()) return exists.error();
  return *exists ? stele::connect(url) : stele::create_database(url);
}

// ---- The catalog

struct ListFile {
  stele::Instant date;
  std::string suite, path;
};

Result<std::vector<ListFile>> read_list_files(std::istream& in) {
  std::vector<ListFile> lists;
  for (std::string line; std::getline(in, line);) {
    std::istringstream parts(line);
    std::string date;
    ListFile list;
    std::getline(parts, date, '\t');
    std::getline(parts, list.suite, '\t');
    std::getline(parts, list.path);
    auto instant = stele::parse_instant(date);
    if (!instant.ok()) return instant.error();
    list.date = *instant;
    lists.push_back(std::move(list));
  }
  std::stable_sort(lists.begin(), lists.end(),
                   [](const auto& a, const auto& b) { return a.date < b.date; });
  return lists;
}

Done add_list(Catalog& catalog, const ListFile& file) {
  Progress progress(file.suite + " of " + stele::to_string(file.date).substr(0, 10));
  auto text = read_package_file(file.path);
  if (!text.ok()) return text.error();
  const auto before = catalog.totals();
  auto done = catalog.add({file.suite, file.date, *std::move(text)}, [&](double part) {
    progress.show(part, grouped(catalog.totals().datoms - before.datoms) + " datoms");
  });
  if (!done.ok()) return done;
  const auto& after = catalog.totals();
  if (after.packages == before.packages) {
    progress.finish("nothing newer");
    return {};
  }
  char line[120];
  std::snprintf(line, sizeof line, "%8s packages %11s datoms %6.2f s",
                grouped(after.packages - before.packages).c_str(),
                grouped(after.datoms - before.datoms).c_str(), progress.seconds());
  progress.finish(line);
  return {};
}

void tell_totals(const ImportTotals& totals, double seconds, std::uint64_t bytes) {
  const auto datoms = std::max<std::uint64_t>(totals.datoms, 1);
  std::printf(
      "  %s packages, %s facts in %s transactions; %.1f s, %s datoms a second;\n"
      "  %.1f MB written, %.1f bytes a datom in all indexes together\n",
      grouped(totals.packages).c_str(), grouped(totals.facts).c_str(),
      grouped(totals.transactions).c_str(), seconds,
      grouped(static_cast<std::uint64_t>(static_cast<double>(totals.datoms) / seconds)).c_str(),
      static_cast<double>(bytes) / 1e6, static_cast<double>(bytes) / static_cast<double>(datoms));
}

Done import_catalog(const std::string& url) {
  auto lists = read_list_files(std::cin);
  if (!lists.ok()) return lists.error();
  if (lists->empty()) {
    return stele::unavailable("apt/lists", "apt has no package lists; try: apt-get update");
  }
  auto connection = connect_or_create(url);
  if (!connection.ok()) return connection.error();
  const auto begun = std::chrono::steady_clock::now();
  auto catalog = Catalog::open(*connection, lists->front().date);
  if (!catalog.ok()) return catalog.error();
  std::size_t failed = 0;
  for (const auto& list : *lists) {
    // One list that cannot be read does not keep the others out.
    if (auto done = add_list(*catalog, list); !done.ok()) {
      std::fprintf(stderr, "  left out: %s: %s\n", list.suite.c_str(),
                   done.error().message().c_str());
      if (++failed == lists->size()) return done;
    }
  }
  if (auto folded = connection->fold(); !folded.ok()) return folded;
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begun;
  tell_totals(catalog->totals(), time.count(), connection->statistics().bytes_written);
  return {};
}

// ---- The inventory

Done import_inventory(const std::string& url) {
  auto machine = this_machine();
  if (!machine.ok()) return machine.error();
  Progress progress("installed on this machine");
  auto connection = connect_or_create(url);
  if (!connection.ok()) return connection.error();
  auto db = connection->db();
  if (!db.ok()) return db.error();
  if (db->max_eid() == 0) {
    auto declared = connection->transact(kInventorySchema);
    if (!declared.ok()) return declared.error();
  }
  auto forms = inventory_forms(*machine);
  if (!forms.ok()) return forms.error();
  auto report = connection->transact(*forms);
  if (!report.ok()) return report.error();
  if (auto folded = connection->fold(); !folded.ok()) return folded;
  char line[120];
  std::snprintf(line, sizeof line, "%8s packages %11s datoms %6.2f s",
                grouped(forms->items().size()).c_str(), grouped(report->tx_data.size()).c_str(),
                progress.seconds());
  progress.finish(line);
  return {};
}

Done run(const std::string& what, const std::string& url) {
  if (what == "catalog") return import_catalog(url);
  if (what == "inventory") return import_inventory(url);
  return stele::invalid("import/usage", "usage: example_debian catalog|inventory URL");
}

}  // namespace
}  // namespace debian

int main(int argc, char** argv) {
  const auto done = debian::run(argc == 3 ? argv[1] : "", argc == 3 ? argv[2] : "");
  if (done.ok()) return 0;
  std::fprintf(stderr, "error: %s\n", done.error().message().c_str());
  return 1;
}
