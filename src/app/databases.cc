#include "app/databases.h"

#include "app/references.h"
#include "base/text.h"
#include "base/try.h"
#include "door/location.h"
#include "door/secrets.h"
#include "edn/writer.h"

namespace stele::app {

namespace {

// Read only if it might be a reference: most arguments are long texts of other kinds.
bool is_reference_text(const std::string& argument) { return argument.starts_with("#db"); }

Db at_moment(const Db& db, const std::variant<TxId, Instant>& moment) {
  if (const auto* tx = std::get_if<TxId>(&moment)) return db.as_of(*tx);
  return db.as_of(std::get<Instant>(moment));
}

}  // namespace

bool Databases::names_one(const std::string& argument) {
  return is_reference_text(argument) || door::names_database(argument);
}

Result<Db> Databases::open(const std::string& argument) {
  if (!is_reference_text(argument)) return open_location(argument);
  STELE_TRY(auto reference, door::read_discreetly(argument));
  return db_referred(reference, [this](const Value& name) { return open_value(name); });
}

Result<Db> Databases::open_value(const Value& name) {
  if (name.is(Kind::string)) return open_location(std::string(name.as_string()));
  if (name.is(Kind::map)) return open_location(edn::write(name));
  return invalid("config/syntax",
                 base::text("a database is named by its URL, as in #db-history \"file:shop\"; got ",
                            door::shown(name)));
}

Result<Db> Databases::open_location(const std::string& url_or_map) {
  STELE_TRY(auto location, door::read_location(url_or_map));
  const auto key = edn::write(Value::map({{Value::keyword("store"), location.store},
                                          {Value::keyword("branch"), Value(location.branch)}}));
  auto found = connections_.find(key);
  if (found == connections_.end()) {
    STELE_TRY(auto connection, connect(key));
    found = connections_.emplace(key, std::move(connection)).first;
  }
  STELE_TRY(Db db, found->second.db({.max_age_ms = INT64_MAX, .deadline = {}}));
  return location.moment ? at_moment(db, *location.moment) : db;
}

StoreStatistics Databases::statistics() const {
  StoreStatistics sum;
  for (const auto& [key, connection] : connections_) {
    const auto one = connection.statistics();
    sum.reads += one.reads;
    sum.bytes_read += one.bytes_read;
    sum.head_reads += one.head_reads;
    sum.head_writes += one.head_writes;
    sum.object_writes += one.object_writes;
    sum.bytes_written += one.bytes_written;
    sum.rounds += one.rounds;
  }
  return sum;
}

}  // namespace stele::app
