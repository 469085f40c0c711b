// What the other files of this folder should have written.
#include <stele/stele.h>

constexpr stele::Instant kDay = stele::instant("2025-11-01");
constexpr stele::Instant kMoment = stele::instant("2025-11-01T12:30:00Z");
static_assert(kMoment.ms - kDay.ms == 45'000'000);

stele::Db last_quarter(const stele::Db& db) { return db.as_of(kDay); }
void fold(const stele::Connection& connection) { connection.fold().value(); }
