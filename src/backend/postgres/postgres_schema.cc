#include "backend/postgres/postgres_schema.h"

namespace stele::backend {
namespace {

// The text with the prefix in the place of each '%'.
std::string with(std::string_view prefix, std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += prefix;
    } else {
      out += c;
    }
  }
  return out;
}

// Behind `WITH head AS (…changes the row of the head, if it is the one expected…)`: the bytes $4
// become the only row of generation $2. The rows of generation $5, which it replaces, are kept for
// repair; those before it go.
constexpr std::string_view kReplaceEntries =
    ", gone AS (DELETE FROM %_entries WHERE name = $1 AND generation <> $2"
    " AND generation <> $5::int8 AND EXISTS (SELECT FROM head)) INSERT INTO %_entries (name, "
    "generation, ends, bytes)"
    " SELECT $1, $2, $3, $4::bytea FROM head";

}  // namespace

PostgresSchema::PostgresSchema(std::string_view prefix) {
  const auto sql = [&](std::string_view text) { return with(prefix, text); };

  is_there = sql("SELECT to_regclass('%_store') IS NOT NULL");
  // Of all stores of this database: of each the four tables must be in sight.
  prefixes =
      "SELECT prefix FROM (SELECT left(relname::text, -6) AS prefix FROM pg_class"
      " WHERE relkind = 'r' AND relname LIKE '%\\_store' AND pg_table_is_visible(oid)) AS marks"
      " WHERE prefix ~ '^[a-z_][a-z0-9_]*$' AND to_regclass(prefix || '_heads') IS NOT NULL"
      " AND to_regclass(prefix || '_entries') IS NOT NULL"
      " AND to_regclass(prefix || '_objects') IS NOT NULL ORDER BY prefix COLLATE \"C\"";
  state = sql(
      "SELECT layout::int8, current_setting('transaction_read_only') = 'off'"
      " AND has_table_privilege('%_heads', 'INSERT') AND has_table_privilege('%_heads', 'UPDATE')"
      " AND has_table_privilege('%_entries', 'INSERT')"
      " AND has_table_privilege('%_entries', 'DELETE')"
      " AND has_table_privilege('%_objects', 'INSERT') FROM %_store");
  wait_to_create = "SELECT pg_advisory_xact_lock($1::int8)";
  create_store = sql("CREATE TABLE %_store (layout int4 NOT NULL)");
  // Room in each page for the row's next version, so that a commit touches no index here.
  create_heads =
      sql("CREATE TABLE %_heads (name text COLLATE \"C\" PRIMARY KEY, generation int8 NOT NULL,"
          " length int8 NOT NULL) WITH (fillfactor = 50)");
  create_entries =
      sql("CREATE TABLE %_entries (name text COLLATE \"C\", generation int8, ends int8,"
          " bytes bytea NOT NULL, PRIMARY KEY (name, generation, ends))");
  // Not compressed: what stele writes is, and a range of it can then be read on its own.
  keep_entries_plain = sql("ALTER TABLE %_entries ALTER COLUMN bytes SET STORAGE EXTERNAL");
  create_objects =
      sql("CREATE TABLE %_objects (key text COLLATE \"C\" PRIMARY KEY, bytes bytea NOT NULL,"
          " written timestamptz NOT NULL DEFAULT clock_timestamp())");
  keep_objects_plain = sql("ALTER TABLE %_objects ALTER COLUMN bytes SET STORAGE EXTERNAL");
  mark = sql("INSERT INTO %_store VALUES (1)");
  drop = sql("DROP TABLE %_heads, %_entries, %_objects, %_store");

  pass_lock = "SELECT pg_advisory_xact_lock_shared($1::int8)";
  take_lock = "SELECT pg_advisory_lock($1::int8)";
  give_lock = "SELECT pg_advisory_unlock($1::int8)";

  // $2 generation and $3 length of the version the caller has, $4 the bytes it knows: no rows if it
  // has the head as it is, those behind $4 if the head has only grown, else all.
  read_head =
      sql("SELECT h.generation, h.length, e.ends, e.bytes FROM %_heads h LEFT JOIN %_entries e"
          " ON e.name = h.name AND e.generation = h.generation AND e.ends >"
          " CASE WHEN h.generation <> $2::int8 THEN -1 WHEN h.length = $3::int8 THEN h.length"
          " ELSE $4::int8 END"
          " WHERE h.name = $1::text ORDER BY e.ends");
  create_head =
      sql("WITH head AS (INSERT INTO %_heads (name, generation, length)"
          " VALUES ($1::text, $2::int8, $3::int8) ON CONFLICT DO NOTHING RETURNING 1)" +
          std::string(kReplaceEntries));
  swap_head =
      sql("WITH head AS (UPDATE %_heads SET generation = $2::int8, length = $3::int8"
          " WHERE name = $1::text AND generation = $5::int8 AND length = $6::int8 RETURNING 1)" +
          std::string(kReplaceEntries));
  // $2 generation, $3 length before, $4 length behind, $5 the bytes.
  append_head =
      sql("WITH head AS (UPDATE %_heads SET length = $4::int8"
          " WHERE name = $1::text AND generation = $2::int8 AND length = $3::int8 RETURNING 1)"
          " INSERT INTO %_entries (name, generation, ends, bytes)"
          " SELECT $1, $2, $4, $5::bytea FROM head");
  salvage_head =
      sql("SELECT e.ends, e.bytes FROM %_heads h JOIN %_entries e ON e.name = h.name"
          " WHERE h.name = $1::text ORDER BY e.generation = h.generation, e.ends");
  keep_damaged =
      sql("INSERT INTO %_objects (key, bytes) SELECT $2::text,"
          " coalesce(string_agg(e.bytes, ''::bytea ORDER BY e.ends), ''::bytea)"
          " FROM %_heads h LEFT JOIN %_entries e ON e.name = h.name AND e.generation ="
          " h.generation WHERE h.name = $1::text"
          " ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, written = excluded.written");
  remove_damaged =
      sql("DELETE FROM %_entries e USING %_heads h WHERE e.name = h.name AND e.generation ="
          " h.generation AND h.name = $1::text");
  restore_head =
      sql("WITH head AS (UPDATE %_heads SET generation = $2::int8, length = $3::int8"
          " WHERE name = $1::text RETURNING 1)"
          " INSERT INTO %_entries (name, generation, ends, bytes) SELECT $1, $2, $3, $4::bytea"
          " FROM head");
  head_names = sql("SELECT name FROM %_heads ORDER BY name");

  read =
      sql("SELECT substring(bytes FROM $2::int4 FOR $3::int4) FROM %_objects WHERE key = $1::text");
  add =
      sql("INSERT INTO %_objects (key, bytes) VALUES ($1::text, $2::bytea) ON CONFLICT DO NOTHING");
  length = sql("SELECT octet_length(bytes)::int8 FROM %_objects WHERE key = $1::text");
  list =
      sql("SELECT key, octet_length(bytes)::int8,"
          " (extract(epoch FROM clock_timestamp() - written) * 1000)::int8"
          " FROM %_objects WHERE key >= $1::text AND key < $2::text AND left(key, 4) <> 'tmp/'"
          " ORDER BY key LIMIT $3::int8");
  remove = sql("DELETE FROM %_objects WHERE key = ANY (string_to_array($1::text, ','))");
}

}  // namespace stele::backend
