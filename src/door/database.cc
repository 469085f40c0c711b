// Making, finding and removing databases: what is behind create_database and its like.
#include <stele/stele.h>

#include "base/text.h"
#include "base/try.h"
#include "conn/connection.h"
#include "door/location.h"
#include "door/registry.h"
#include "door/secrets.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele {

using base::text;
using door::Access;
using door::Location;

namespace {

Result<bool> flag(const Value& options, std::string_view key, bool otherwise) {
  const Value* found = options.find_keyword(key);
  if (!found) return otherwise;
  if (found->is(Kind::boolean)) return found->as_bool();
  return invalid("config/syntax",
                 text(":", key, " is true or false; got ", edn::write_short(*found)));
}

Result<bool> schema_on_read(const Value& options) {
  const Value* found = options.find_keyword("schema-flexibility");
  if (!found || found->is_keyword("write")) return false;
  if (found->is_keyword("read")) return true;
  return invalid("config/syntax",
                 text(":schema-flexibility is :read or :write; got ", edn::write_short(*found)));
}

// :value-caps :default, and the single caps, which win over it. [D-68]
Result<format::ValueCaps> value_caps(const Value& options) {
  format::ValueCaps caps;
  if (const Value* all = options.find_keyword("value-caps")) {
    if (!all->is_keyword("default")) {
      return invalid("config/syntax",
                     text(":value-caps is :default; got ", edn::write_short(*all)));
    }
    caps = {.string_chars = 4096,
            .bytes = 4096,
            .floats = 4096,
            .doubles = 4096,
            .tuple_string_chars = 256};
  }
  const std::pair<std::string_view, std::uint64_t*> keys[] = {
      {"max-string-length", &caps.string_chars},
      {"max-bytes-length", &caps.bytes},
      {"max-float-array-length", &caps.floats},
      {"max-double-array-length", &caps.doubles},
      {"max-tuple-string-length", &caps.tuple_string_chars}};
  for (const auto& [key, cap] : keys) {
    const Value* found = options.find_keyword(key);
    if (!found) continue;
    if (!found->is(Kind::int64) || found->as_int64() < 0) {
      return invalid("config/syntax", text(":", key, " is a number, 0 for no limit; got ",
                                           edn::write_short(*found)));
    }
    *cap = static_cast<std::uint64_t>(found->as_int64());
  }
  return caps;
}

Result<format::Config> config_of(const Value& options, base::Environment& environment) {
  format::Config config;
  config.database_id = environment.random_uuid();
  config.created = environment.now();
  STELE_TRY(config.keep_history, flag(options, "keep-history?", true));
  STELE_TRY(config.schema_on_read, schema_on_read(options));
  STELE_TRY(config.attribute_refs, flag(options, "attribute-refs?", false));
  STELE_TRY(config.caps, value_caps(options));
  if (config.attribute_refs && config.schema_on_read) {
    return invalid("config/syntax",
                   "Attribute references cannot be used with schema-flexibility ':read'.");
  }
  if (config.attribute_refs) {
    return invalid("config/unsupported",
                   ":attribute-refs? true is not supported by this version of stele; leave it out "
                   "and attributes are keywords");
  }
  return config;
}

Value merged(const Value& a, const Value& b) {
  std::vector<Value::Entry> entries;
  if (a.is(Kind::map)) entries.assign(a.entries().begin(), a.entries().end());
  if (b.is(Kind::map)) entries.insert(entries.end(), b.entries().begin(), b.entries().end());
  return Value::map(std::move(entries));
}

Result<Connection> open_connection(const Location& location) {
  STELE_TRY(auto store, door::open_store(location.store, Access::open));
  conn::ConnectionOptions options;
  options.branch = location.branch;
  if (const Value* gather = location.options.find_keyword("commit-gather-ms")) {
    if (!gather->is(Kind::int64) || gather->as_int64() < 0 || gather->as_int64() > 1'000) {
      return invalid("config/syntax", text(":commit-gather-ms is a number from 0 to 1000; got ",
                                           edn::write_short(*gather)));
    }
    options.gather_ms = gather->as_int64();
  }
  STELE_TRY(auto connection,
            conn::Connection::open(std::move(store), base::system_environment(), options));
  return Connection(std::move(connection));
}

// Would the forms be accepted by a new database? Asked before there is one.
Done check_initial(const Value& forms, const format::Config& config,
                   base::Environment& environment) {
  tree::Reader reader;
  STELE_TRY(auto input, tx::read_input(forms));
  const Db empty(db::empty_state(config, "db", nullptr), nullptr);
  auto outcome = tx::transact(empty, input, {environment.now(), environment.random_uuid()}, reader);
  if (outcome.ok()) return {};
  return std::move(outcome).error().because("This was :initial-tx; no database was created.");
}

Done no_moment(const Location& location, std::string_view url) {
  if (!location.moment) return {};
  return invalid("config/url", text("'", door::shown_location(url),
                                    "' names a moment; a connection is to a database as "
                                    "it goes on: leave '@…' out, or ask for Db::as_of"));
}

}  // namespace

Result<Connection> create_database(std::string_view url_or_map, const Value& more_options) {
  STELE_TRY(auto location, door::read_location(url_or_map));
  STELE_DO(no_moment(location, url_or_map));
  const Value options = merged(location.options, more_options);
  auto& environment = base::system_environment();
  STELE_TRY(auto config, config_of(options, environment));
  const Value* initial = options.find_keyword("initial-tx");
  if (initial) STELE_DO(check_initial(*initial, config, environment));
  STELE_TRY(auto store, door::open_store(location.store, Access::create));
  STELE_DO(conn::create_database(*store, config, location.branch, Deadline{}));
  STELE_TRY(auto connection, open_connection(location));
  if (initial) {
    auto report = connection.transact(*initial);
    if (!report.ok()) {
      return std::move(report).error().because("The database was created; this was :initial-tx.");
    }
  }
  return connection;
}

Result<Connection> connect(std::string_view url_or_map) {
  STELE_TRY(auto location, door::read_location(url_or_map));
  STELE_DO(no_moment(location, url_or_map));
  return open_connection(location);
}

Result<bool> database_exists(std::string_view url_or_map) {
  STELE_TRY(auto location, door::read_location(url_or_map));
  STELE_TRY(bool there, door::store_exists(location.store));
  if (!there) return false;
  auto connection = open_connection(location);
  if (connection.ok()) return true;
  if (connection.error().code() == "db-does-not-exist") return false;
  return std::move(connection).error();
}

Done delete_database(std::string_view url_or_map) {
  STELE_TRY(auto location, door::read_location(url_or_map));
  STELE_DO(no_moment(location, url_or_map));
  if (location.branch != "db") {
    return invalid("config/url", text("'", door::shown_location(url_or_map),
                                      "' names a branch: delete the branch alone, or the database "
                                      "without naming one"));
  }
  STELE_TRY(auto store, door::open_store(location.store, Access::open));
  return conn::delete_database(*store, Deadline{});
}

Result<Db> open(std::string_view url) {
  STELE_TRY(auto location, door::read_location(url));
  STELE_TRY(auto connection, open_connection(location));
  STELE_TRY(auto db, connection.db({.max_age_ms = INT64_MAX, .deadline = {}}));
  if (!location.moment) return db;
  if (const auto* tx = std::get_if<TxId>(&*location.moment)) return db.as_of(*tx);
  return db.as_of(std::get<Instant>(*location.moment));
}

}  // namespace stele
