#include "door/registry.h"

#include "base/text.h"
#include "base/try.h"
#include "door/opening.h"
#include "door/secrets.h"
#include "edn/writer.h"
#include "store/memory_store.h"

#if !defined(STELE_WASM)
#include "backend/file/file_store.h"
#include "backend/sqlite/sqlite_store.h"
#include "door/file_backends.h"
#include "door/postgres_backend.h"
#include "door/s3_backend.h"
#include "door/web_backends.h"
#endif

namespace stele::door {

using base::text;

namespace {

// A backend: how it opens, makes and looks for the store a map names, and what is in such a place.
struct Backend {
  std::string_view name;
  Result<std::shared_ptr<Store>> (*open)(const Value& map, Access access);
  Result<bool> (*exists)(const Value& map);
  Result<std::vector<Value>> (*stores_in)(const Value& map);
};

Result<std::string> text_under(const Value& map, std::string_view key, std::string_view example) {
  const Value* found = map.find_keyword(key);
  if (found && found->is(Kind::string) && !found->as_string().empty()) {
    return std::string(found->as_string());
  }
  return invalid("config/syntax",
                 text("the store map ", shown(map), " needs :", key, ", for example ", example));
}

Result<std::string> memory_name(const Value& map) {
  const Value* id = map.find_keyword("id");
  if (id && id->is(Kind::uuid)) return to_string(id->as_uuid());
  return text_under(map, "id", "{:backend :memory :id \"scratch\"}");
}

Result<std::shared_ptr<Store>> open_memory(const Value& map, Access access) {
  STELE_TRY(auto name, memory_name(map));
  auto& stores = store::process_memory_stores();
  if (access == Access::create) return stores.open(name);
  if (auto found = stores.find(name)) return found;
  return unavailable("backend-does-not-exist",
                     text("there is no memory store '", name,
                          "' in this process; memory stores end with the process that made them"));
}

Result<bool> memory_exists(const Value& map) {
  STELE_TRY(auto name, memory_name(map));
  return store::process_memory_stores().find(name) != nullptr;
}

Result<std::vector<Value>> memory_stores_in(const Value& map) {
  if (map.find_keyword("id")) return std::vector{map};
  std::vector<Value> stores;
  for (const auto& name : store::process_memory_stores().names())
    stores.push_back(with_entry(map, "id", Value(name)));
  return stores;
}

#if !defined(STELE_WASM)
Result<std::string> file_path(const Value& map) {
  return text_under(map, "path", "{:backend :file :path \"/srv/catalog\"}");
}

Result<std::shared_ptr<Store>> open_file(const Value& map, Access access) {
  STELE_TRY(auto path, file_path(map));
  STELE_TRY(const bool read_only, wants_read_only(map));
  return open_or_create<backend::FileStore>(path, backend::FileStoreOptions{.read_only = read_only},
                                            access);
}

Result<bool> file_exists(const Value& map) {
  STELE_TRY(auto path, file_path(map));
  return backend::FileStore::exists(path);
}

Result<std::vector<Value>> files_in(const Value& map) {
  STELE_TRY(const auto path, file_path(map));
  return file_stores_in(map, path);
}

Result<std::string> sqlite_path(const Value& map) {
  if (map.find_keyword("dbname")) return text_under(map, "dbname", "");
  return text_under(map, "path", "{:backend :sqlite :path \"/srv/catalog.sqlite\"}");
}

Result<std::shared_ptr<Store>> open_sqlite(const Value& map, Access access) {
  STELE_TRY(auto path, sqlite_path(map));
  STELE_TRY(const bool read_only, wants_read_only(map));
  return open_or_create<backend::SqliteStore>(
      path, backend::SqliteStoreOptions{.read_only = read_only}, access);
}

Result<bool> sqlite_exists(const Value& map) {
  STELE_TRY(auto path, sqlite_path(map));
  return backend::SqliteStore::exists(path);
}

Result<std::vector<Value>> sqlite_files_in(const Value& map) {
  STELE_TRY(const auto path, sqlite_path(map));
  return sqlite_stores_in(map, path);
}

// A bucket is there or not; a database in it is made by its head.
Result<std::shared_ptr<Store>> open_bucket(const Value& map, Access) { return open_s3(map); }

// Of a web server too: without a head there is no database, which is found out by asking for it.
Result<std::shared_ptr<Store>> open_site(const Value& map, Access) { return open_http(map); }
Result<bool> site_exists(const Value&) { return true; }

// Where nothing can be listed there is what was asked for.
Result<std::vector<Value>> only_itself(const Value& map) { return std::vector{map}; }
#endif

constexpr Backend kBackends[] = {
    {"memory", open_memory, memory_exists, memory_stores_in},
    {"mem", open_memory, memory_exists, memory_stores_in},  // an older name of the same
#if !defined(STELE_WASM)
    {"file", open_file, file_exists, files_in},
    {"sqlite", open_sqlite, sqlite_exists, sqlite_files_in},
    {"s3", open_bucket, s3_exists, s3_stores_in},
    {"postgres", open_postgres, postgres_exists, postgres_stores_in},
    {"postgresql", open_postgres, postgres_exists, postgres_stores_in},
    {"http", open_site, site_exists, only_itself},
    {"tiered", open_tiered, tiered_exists, only_itself},
#endif
};

// {:backend :jdbc :dbtype "sqlite" …} is another way to say {:backend :sqlite …}.
std::string_view backend_name(const Value& map) {
  const Value* name = map.find_keyword("backend");
  if (!name || !name->is(Kind::keyword) || !name->ns().empty()) return "";
  if (name->name() != "jdbc") return name->name();
  const Value* type = map.find_keyword("dbtype");
  return type && type->is(Kind::string) ? type->as_string() : "";
}

Result<const Backend*> backend_of(const Value& map) {
  const Value* name = map.find_keyword("backend");
  const std::string_view meant = backend_name(map);
  std::string known;
  for (const auto& backend : kBackends) {
    if (meant == backend.name) return &backend;
    known += text(" :", backend.name);
  }
  return invalid("config/backend",
                 text("there is no backend ", name ? edn::write_short(*name) : "nil",
                      "; this build of stele has", known,
                      ", and :jdbc with :dbtype \"sqlite\" or \"postgresql\""));
}

}  // namespace

Result<bool> wants_read_only(const Value& map) {
  const Value* read_only = map.find_keyword("read-only?");
  if (!read_only) return false;
  if (read_only->is(Kind::boolean)) return read_only->as_bool();
  return invalid("config/syntax",
                 text(":read-only? is true or false; got ", edn::write_short(*read_only)));
}

Value with_entry(const Value& map, std::string_view key, Value value) {
  std::vector<Value::Entry> entries;
  for (const auto& [name, old] : map.entries())
    if (!name.is_keyword(key)) entries.emplace_back(name, old);
  entries.emplace_back(Value::keyword(key), std::move(value));
  return Value::map(std::move(entries));
}

Result<std::vector<Value>> stores_in(const Value& place) {
  STELE_TRY(auto* backend, backend_of(place));
  return backend->stores_in(place);
}

Result<std::shared_ptr<Store>> open_store(const Value& store, Access access) {
  STELE_TRY(auto* backend, backend_of(store));
  return backend->open(store, access);
}

Result<bool> store_exists(const Value& store) {
  STELE_TRY(auto* backend, backend_of(store));
  return backend->exists(store);
}

}  // namespace stele::door
