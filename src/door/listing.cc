// Which databases there are in a place, and copies of them: what is behind <stele/databases.h>.
#include <algorithm>

#include <stele/databases.h>

#include "base/text.h"
#include "base/try.h"
#include "door/location.h"
#include "door/percent.h"
#include "door/registry.h"
#include "door/secrets.h"
#include "edn/writer.h"
#include "format/head.h"
#include "sync/copy.h"

namespace stele {

using base::text;
using door::Access;
using door::Location;

namespace {

// Marks begin with these behind a URL, and parameters of S3's with '?'.
constexpr std::string_view kMarks = "@#";
constexpr std::string_view kMarksAndParameters = "@#?";

// Where databases as they go on are, not those of the past.
Result<Location> place(std::string_view url) {
  if (url == "memory:") {
    const auto all = Value::map({{Value::keyword("backend"), Value::keyword("memory")}});
    return Location{.store = all, .moment = {}, .options = {}};
  }
  STELE_TRY(auto location, door::read_location(url));
  if (!location.moment) return location;
  return invalid("config/url",
                 text("'", door::shown_location(url),
                      "' names a moment; what is copied or listed is a database with its past, "
                      "so leave '@…' out: who reads it can ask for any moment"));
}

std::string text_under(const Value& map, std::string_view key) {
  const Value* found = map.find_keyword(key);
  return found && found->is(Kind::string) ? std::string(found->as_string()) : std::string();
}

std::string s3_url(const Value& map, std::string_view place) {
  const auto prefix = text_under(map, "prefix");
  const auto question = std::min(place.find('?'), place.size());
  return text("s3://", door::percent_encoded(text_under(map, "bucket"), kMarksAndParameters),
              prefix.empty() ? "" : "/", door::percent_encoded(prefix, kMarksAndParameters),
              place.substr(question));
}

// What names the store of this map, in the manner in which the place was named.
std::string name_of(const Value& store, std::string_view place) {
  if (place.starts_with('{')) return edn::write(Value::map({{Value::keyword("store"), store}}));
  const auto scheme = place.substr(0, place.find(':') + 1);
  if (scheme == "s3:") return s3_url(store, place);
  if (scheme == "file:" || scheme == "sqlite:")
    return text(scheme, door::percent_encoded(text_under(store, "path"), kMarks));
  if (scheme == "memory:")
    return text(scheme, door::percent_encoded(text_under(store, "id"), kMarks));
  if (scheme.starts_with("postgres")) return text_under(store, "url");
  return std::string(place);
}

// Nothing if there is no such head any more, or a deleted one.
std::optional<ListedBranch> branch_of(Store& store, const std::string& name) {
  ListedBranch branch{.name = name, .max_tx = 0, .instant = {}, .problem = {}};
  const auto head = store.read_head(name, HeadVersion{}, 0, Deadline{});
  if (head.ok() && head->version.absent()) return std::nullopt;
  if (!head.ok()) {
    branch.problem = head.error();
    return branch;
  }
  auto content = format::decode_head(head->bytes);
  if (!content.ok()) {
    branch.problem =
        content.error().because(text("This is the head '", name, "' of ", store.url(), "."));
    return branch;
  }
  const auto& [snapshot, tail, reservation] = *content;
  if (snapshot.deleted) return std::nullopt;
  branch.max_tx = tail.empty() ? snapshot.max_tx : tail.back().record->tx;
  branch.instant = tail.empty() ? snapshot.instant : tail.back().record->instant;
  return branch;
}

Result<std::vector<ListedBranch>> branches_of(const Value& map) {
  STELE_TRY(const auto store, door::open_store(map, Access::open));
  STELE_TRY(const auto names, store->head_names(Deadline{}));
  std::vector<ListedBranch> branches;
  for (const auto& name : names)
    if (auto branch = branch_of(*store, name)) branches.push_back(std::move(*branch));
  std::ranges::stable_partition(branches, [](const auto& branch) { return branch.name == "db"; });
  return branches;
}

}  // namespace

Result<std::vector<ListedDatabase>> list_databases(std::string_view place_url) {
  STELE_TRY(const auto location, place(place_url));
  STELE_TRY(const auto stores, door::stores_in(location.store));
  std::vector<ListedDatabase> databases;
  for (const auto& map : stores) {
    auto branches = branches_of(map);
    // The place itself was asked for; that another cannot be opened is not its lister's concern.
    if (!branches.ok() && map == location.store) return branches.error();
    if (!branches.ok() || branches->empty()) continue;
    databases.push_back({name_of(map, place_url), std::move(*branches)});
  }
  return databases;
}

Result<CopyReport> copy_database(std::string_view from_url, std::string_view to_url) {
  STELE_TRY(const auto from, place(from_url));
  STELE_TRY(const auto to, place(to_url));
  STELE_TRY(auto source, door::open_store(from.store, Access::open));
  STELE_TRY(auto destination, door::open_store(to.store, Access::create));
  return sync::copy(std::move(source), std::move(destination),
                    {.from_branch = from.branch, .to_branch = to.branch, .deadline = {}},
                    base::system_environment());
}

}  // namespace stele
