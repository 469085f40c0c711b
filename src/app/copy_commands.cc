// What passes between stores: copying a database, publishing it, and listing what there is.
#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "backend/file/site_store.h"
#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "door/location.h"
#include "door/registry.h"
#include "door/secrets.h"
#include "sync/copy.h"

namespace stele::app {

using base::text;
using door::Access;
using door::Location;

namespace {

void print(std::string_view out) { std::fwrite(out.data(), 1, out.size(), stdout); }

// Where a database as it goes on is, not one of the past.
Result<Location> place(const std::string& url) {
  STELE_TRY(auto location, door::read_location(url));
  if (!location.moment) return location;
  return invalid("config/url",
                 text("'", door::shown_location(url),
                      "' names a moment; what is copied is a database with its past, "
                      "so leave '@…' out: who reads the copy can ask for any moment"));
}

std::string counted(std::uint64_t n, std::string_view noun) {
  return text(n, ' ', noun, n == 1 ? "" : "s");
}

void tell(std::string_view did, const std::string& where, const CopyReport& report) {
  print(text(did, ' ', where, ": transaction ", report.tx, " of ", to_string(report.instant),
             report.head_written ? "" : ", which was there already", "; ",
             counted(report.packs_copied, "pack"), " (", report.bytes_copied, " bytes) copied, ",
             report.packs_there, " there before\n"));
}

std::string said_of(const ListedBranch& branch) {
  if (branch.problem) return text("cannot be read: ", branch.problem->message());
  return text("transaction ", branch.max_tx, " of ", to_string(branch.instant));
}

}  // namespace

Done copy(const CopyArguments& arguments) {
  STELE_TRY(const auto report, copy_database(arguments.source, arguments.destination));
  tell("copied to", door::shown_location(arguments.destination), report);
  return {};
}

Done publish(const CopyArguments& arguments) {
  STELE_TRY(const auto from, place(arguments.source));
  STELE_TRY(auto source, door::open_store(from.store, Access::open));
  STELE_TRY(auto site, backend::open_site(arguments.destination));
  STELE_TRY(const auto report,
            sync::copy(std::move(source), std::move(site),
                       {.from_branch = from.branch, .to_branch = from.branch, .deadline = {}},
                       base::system_environment()));
  tell("published in", arguments.destination, report);
  return {};
}

// A line for each branch: how it is named and its newest transaction.
Done list(const std::string& place) {
  STELE_TRY(const auto databases, list_databases(place));
  std::vector<std::pair<std::string, std::string>> lines;
  std::size_t width = 0;
  for (const auto& database : databases) {
    const auto url = door::shown_location(database.url);
    for (const auto& branch : database.branches) {
      lines.emplace_back(branch.name == "db" ? url : text(url, '#', branch.name), said_of(branch));
      width = std::max(width, lines.back().first.size());
    }
  }
  for (const auto& [name, said] : lines)
    print(text(name, std::string(width + 2 - name.size(), ' '), said, '\n'));
  return {};
}

}  // namespace stele::app
