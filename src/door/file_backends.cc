#include "door/file_backends.h"

#include <algorithm>

#include "backend/file/file_store.h"
#include "backend/file/file_system.h"
#include "backend/sqlite/sqlite_store.h"
#include "base/bytes.h"
#include "base/text.h"
#include "base/try.h"
#include "door/opening.h"

namespace stele::door {

using base::text;

namespace {

// Each database of SQLite begins so; SQLite itself need not be asked of other files.
constexpr std::string_view kSqliteMagic("SQLite format 3\0", 16);

Result<std::vector<backend::DirectoryEntry>> entries_of(const std::string& folder) {
  STELE_TRY(auto entries, backend::posix_file_system().list(folder));
  std::erase_if(entries, [](const auto& entry) { return entry.name.starts_with('.'); });
  std::ranges::sort(entries, {}, &backend::DirectoryEntry::name);
  return entries;
}

std::string within(const std::string& folder, const std::string& name) {
  return text(folder, folder.ends_with('/') ? "" : "/", name);
}

bool is_sqlite_file(const std::string& path) {
  auto file = backend::posix_file_system().open(path, backend::OpenMode::read);
  if (!file.ok()) return false;
  base::Bytes begin(kSqliteMagic.size());
  const auto read = (*file)->read_at(begin, 0);
  return read.ok() && text(base::ByteView(begin).first(*read)) == kSqliteMagic;
}

}  // namespace

Result<std::vector<Value>> file_stores_in(const Value& map, const std::string& path) {
  STELE_TRY(const bool is_store, backend::FileStore::exists(path));
  if (is_store) return std::vector{map};
  STELE_TRY(const auto entries, entries_of(path));
  std::vector<Value> stores;
  for (const auto& entry : entries) {
    if (!entry.directory) continue;
    const auto child = within(path, entry.name);
    const auto exists = backend::FileStore::exists(child);
    if (exists.ok() && *exists) stores.push_back(with_entry(map, "path", Value(child)));
  }
  return stores;
}

Result<std::vector<Value>> sqlite_stores_in(const Value& map, const std::string& path) {
  STELE_TRY(const auto stat, backend::posix_file_system().stat(path));
  if (!stat || !stat->directory) return std::vector{map};
  STELE_TRY(const auto entries, entries_of(path));
  const auto key = map.find_keyword("dbname") ? "dbname" : "path";
  std::vector<Value> stores;
  for (const auto& entry : entries) {
    const auto child = within(path, entry.name);
    if (entry.directory || !is_sqlite_file(child)) continue;
    const auto exists = backend::SqliteStore::exists(child);
    if (exists.ok() && *exists) stores.push_back(with_entry(map, key, Value(child)));
  }
  return stores;
}

}  // namespace stele::door
