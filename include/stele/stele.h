// stele: a database that is an immutable value in storage.
//
// This is the one header most programs need:
//
//   auto catalog = stele::connect("file:/srv/catalog").value();
//   auto stock   = stele::connect("file:/srv/stock").value();
//   auto rows = stele::q("[:find ?name ?n :in $a $b :where [$a ?p :sku ?s] [$a ?p :name ?name] …]",
//                        catalog.db().value(), stock.db().value()).value();
//
// A database is named by a URL or by an EDN map:
//   memory:NAME                       in this process, gone with it
//   file:PATH                         a directory; relative paths are taken from the working one
//   {:store {:backend :file :path "…"} :schema-flexibility :read :keep-history? true}
// Behind a URL, `@T` names a moment (a date, an instant or a transaction id) and `#branch` a
// branch; a literal '@' or '#' in a path is written %40 or %23.
#pragma once

#include <concepts>

#include <stele/connection.h>
#include <stele/databases.h>
#include <stele/pull.h>
#include <stele/query.h>

namespace stele {

// Creates an empty database and connects to it. `options` are the keys of the map form besides
// :store; they are fixed from then on. Errors: `conflict` `:db-already-exists`, `invalid`
// `:config/…`, `unavailable`.
Result<Connection> create_database(std::string_view url_or_map, const Value& options = Value());
// Error: `unavailable` `:db-does-not-exist`, `:backend-does-not-exist`.
Result<Connection> connect(std::string_view url_or_map);
Result<bool> database_exists(std::string_view url_or_map);
// Removes everything the database has stored. Open connections become unusable.
Done delete_database(std::string_view url_or_map);

// The database that a URL names, at the moment it names.
Result<Db> open(std::string_view url);

// Runs a query. Inputs are Dbs and Values, in the order of :in.
Result<Relation> q(std::string_view query, std::span<const Input> inputs,
                   const QueryOptions& options = {});
template <typename... Inputs>
requires(std::constructible_from<Input, Inputs>&&...) Result<Relation> q(std::string_view query,
                                                                         Inputs&&... inputs) {
  const Input all[] = {Input(std::forward<Inputs>(inputs))...};
  return q(query, std::span<const Input>(all));
}

// What a transaction would do: the same report, with nothing committed. Pure. [T-2]
Result<TxReport> with(const Db& db, const Value& forms);

// EDN text to a value, and back.
Result<Value> read_edn(std::string_view text);
std::string write_edn(const Value& value);

}  // namespace stele
