// What passes between stores: copying a database, publishing it, and listing what there is.
#include <cstdio>

#include "app/commands.h"
#include "backend/file/site_store.h"
#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "door/location.h"
#include "door/registry.h"
#include "door/secrets.h"
#include "format/head.h"
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

void tell(std::string_view did, const std::string& where, const sync::CopyReport& report) {
  print(text(did, ' ', where, ": transaction ", report.tx, " of ", to_string(report.instant),
             report.head_written ? "" : ", which was there already", "; ",
             counted(report.packs_copied, "pack"), " (", report.bytes_copied, " bytes) copied, ",
             report.packs_there, " there before\n"));
}

// The line of one head: its name and newest transaction.
Result<std::string> line_of(Store& store, const std::string& name) {
  STELE_TRY(const auto head, store.read_head(name, HeadVersion{}, 0, Deadline{}));
  if (head.version.absent()) return std::string();
  auto content = format::decode_head(head.bytes);
  if (!content.ok()) {
    return content.error().because(text("This is the head '", name, "' of ", store.url(), "."));
  }
  const auto& [snapshot, tail] = *content;
  if (snapshot.deleted) return std::string();
  const TxId tx = tail.empty() ? snapshot.max_tx : tail.back().record->tx;
  const Instant instant = tail.empty() ? snapshot.instant : tail.back().record->instant;
  return text(name, std::string(name.size() < 14 ? 14 - name.size() : 1, ' '), "transaction ", tx,
              " of ", to_string(instant), "\n");
}

}  // namespace

Done copy(const CopyArguments& arguments) {
  STELE_TRY(const auto from, place(arguments.source));
  STELE_TRY(const auto to, place(arguments.destination));
  STELE_TRY(auto source, door::open_store(from.store, Access::open));
  STELE_TRY(auto destination, door::open_store(to.store, Access::create));
  STELE_TRY(const auto report,
            sync::copy(std::move(source), destination,
                       {.from_branch = from.branch, .to_branch = to.branch, .deadline = {}},
                       base::system_environment()));
  tell("copied to", destination->url(), report);
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

Done list(const std::string& url) {
  STELE_TRY(const auto location, place(url));
  STELE_TRY(const auto store, door::open_store(location.store, Access::open));
  STELE_TRY(const auto names, store->head_names(Deadline{}));
  std::string lines;
  for (const auto& name : names) {
    STELE_TRY(const auto line, line_of(*store, name));
    lines += line;
  }
  print(lines);
  return {};
}

}  // namespace stele::app
