#include "backend/sqlite/sqlite_salvage.h"

#include "backend/sqlite/sqlite_schema.h"
#include "base/text.h"
#include "base/try.h"

namespace stele::backend::sqlite_salvage {

using base::text;

namespace {

Result<std::int64_t> number_of(SqliteConnection& connection, const std::string& name) {
  STELE_TRY(auto find, connection.statement(sqlite_schema::kHeadNumber));
  STELE_TRY(const bool there, find.bind(1, std::string_view(name)).step());
  if (there) return find.number(0);
  return unavailable("store/missing",
                     text("There is no head ", name, " in ", connection.url(), "."));
}

}  // namespace

Result<Store::Salvage> read(SqliteConnection& connection, const std::string& name) {
  STELE_TRY(const auto number, number_of(connection, name));
  STELE_TRY(auto rows, connection.statement(sqlite_schema::kSalvage));
  rows.bind(1, number);
  Store::Salvage salvage;
  std::int64_t end = 0;
  for (;;) {
    const auto more = rows.step();
    if (!more.ok()) {
      salvage.damage += more.error().message();
      return salvage;
    }
    if (!*more) return salvage;
    const auto bytes = rows.bytes(2);
    const std::int64_t begin = rows.number(1) - static_cast<std::int64_t>(bytes.size());
    if (begin != 0 && begin != end)
      salvage.damage += text("The row at place ", rows.number(0),
                             " of stele_entries does not follow the one before. ");
    end = rows.number(1);
    salvage.runs.emplace_back(bytes.begin(), bytes.end());
  }
}

Result<Damaged> take_damaged(SqliteConnection& connection, const std::string& name) {
  Damaged damaged;
  STELE_TRY(damaged.number, number_of(connection, name));
  {
    STELE_TRY(auto rows, connection.statement(sqlite_schema::kSalvage));
    rows.bind(1, damaged.number);
    for (;;) {
      STELE_TRY(const bool more, rows.step());
      if (!more) break;
      const auto bytes = rows.bytes(2);
      if (rows.number(0) >= 0)
        damaged.bytes.insert(damaged.bytes.end(), bytes.begin(), bytes.end());
    }
  }
  STELE_TRY(auto remove, connection.statement(sqlite_schema::kRemoveEntries));
  STELE_DO(remove.bind(1, damaged.number).run());
  return damaged;
}

}  // namespace stele::backend::sqlite_salvage
