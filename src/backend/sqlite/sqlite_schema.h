// The tables of a store in SQLite, and the statements on them. sqlite_store.h says what they hold.
#pragma once

namespace stele::backend::sqlite_schema {

inline constexpr int kLayout = 1;

inline constexpr const char* kCreate =
    "CREATE TABLE stele_store (layout INTEGER NOT NULL);"
    "CREATE TABLE stele_heads (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " generation INTEGER NOT NULL);"
    "CREATE TABLE stele_entries (place INTEGER PRIMARY KEY, ends INTEGER NOT NULL,"
    " bytes BLOB NOT NULL);"
    "CREATE TABLE stele_objects (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
    " length INTEGER NOT NULL, written_ms INTEGER NOT NULL);"
    "CREATE TABLE stele_chunks (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "INSERT INTO stele_store VALUES (1);";

inline constexpr const char* kDrop =
    "DROP TABLE stele_heads; DROP TABLE stele_entries; DROP TABLE stele_objects;"
    "DROP TABLE stele_chunks; DROP TABLE stele_store;";

inline constexpr const char* kIsThere =
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'stele_store'";
inline constexpr const char* kTables = "SELECT count(*) FROM sqlite_master";
inline constexpr const char* kReadLayout = "SELECT layout FROM stele_store";

// The head ?1: number, generation, place and end of its last row (NULL: it has lost all).
inline constexpr const char* kHead =
    "SELECT h.number, h.generation, e.place, e.ends FROM stele_heads h LEFT JOIN stele_entries e"
    " ON e.place BETWEEN h.number << 32 AND (h.number << 32) + 4294967295"
    " WHERE h.name = ?1 ORDER BY e.place DESC LIMIT 1";
// Rows of the head of number ?1, the last one first.
inline constexpr const char* kEntries =
    "SELECT ends, bytes FROM stele_entries"
    " WHERE place BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 ORDER BY place DESC";
inline constexpr const char* kAddEntry =
    "INSERT INTO stele_entries (place, ends, bytes) VALUES (?1, ?2, ?3)";
// The rows that the head of number ?1 consisted of before it was replaced have negative places.
// They are for repair, and go when it is replaced again.
inline constexpr const char* kRemoveEntriesBefore =
    "DELETE FROM stele_entries WHERE place BETWEEN -?1 << 32 AND (-?1 << 32) + 4294967295";
inline constexpr const char* kKeepEntriesBefore =
    "UPDATE stele_entries SET place = place - (?1 << 33)"
    " WHERE place BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295";
inline constexpr const char* kRemoveEntries =
    "DELETE FROM stele_entries WHERE place BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295";
// All rows of the head of number ?1, those of before first.
inline constexpr const char* kSalvage =
    "SELECT place, ends, bytes FROM stele_entries"
    " WHERE place BETWEEN -?1 << 32 AND (-?1 << 32) + 4294967295"
    " OR place BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 ORDER BY place";
inline constexpr const char* kHeadNumber = "SELECT number FROM stele_heads WHERE name = ?1";
inline constexpr const char* kAddHead =
    "INSERT INTO stele_heads (name, generation) VALUES (?1, ?2) RETURNING number";
inline constexpr const char* kSetGeneration =
    "UPDATE stele_heads SET generation = ?2 WHERE number = ?1";
inline constexpr const char* kHeadNames = "SELECT name FROM stele_heads ORDER BY name";

inline constexpr const char* kLength = "SELECT length FROM stele_objects WHERE key = ?1";
inline constexpr const char* kAddObject =
    "INSERT INTO stele_objects (key, length, written_ms) VALUES (?1, ?2, ?3) RETURNING id";
inline constexpr const char* kAddChunk = "INSERT INTO stele_chunks (place, bytes) VALUES (?1, ?2)";
// The object ?1 with its chunks ?2 to ?3: length, number of the chunk or NULL, its bytes.
inline constexpr const char* kRead =
    "SELECT o.length, c.place & 16777215, c.bytes FROM stele_objects o LEFT JOIN stele_chunks c"
    " ON c.place BETWEEN (o.id << 24) + ?2 AND (o.id << 24) + ?3"
    " WHERE o.key = ?1 ORDER BY c.place";
inline constexpr const char* kList =
    "SELECT key, length, written_ms FROM stele_objects WHERE key >= ?1 AND key < ?2"
    " AND key NOT GLOB 'tmp/*' ORDER BY key LIMIT ?3";
inline constexpr const char* kRemoveChunks =
    "DELETE FROM stele_chunks WHERE place"
    " BETWEEN (SELECT id << 24 FROM stele_objects WHERE key = ?1)"
    " AND (SELECT (id << 24) + 16777215 FROM stele_objects WHERE key = ?1)";
inline constexpr const char* kRemoveObject = "DELETE FROM stele_objects WHERE key = ?1";

}  // namespace stele::backend::sqlite_schema
