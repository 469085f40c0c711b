#include "app/references.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "door/secrets.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

namespace {

// The two parts behind a tag: a reference, and a moment or a transaction.
Result<std::span<const Value>> parts_of(const Value& reference, std::string_view second) {
  const Value& behind = reference.tagged_value();
  if (behind.is_sequential() && behind.items().size() == 2) return behind.items();
  const auto tag = reference.name();
  return invalid("pipe/request", text("#", tag, " is followed by a reference and a ", second,
                                      ", as in #", tag, " [\"x\" …]; got ", door::shown(behind)));
}

// #db-as-of and #db-since
Result<Db> at_moment(const Value& reference, const DbNamed& named) {
  STELE_TRY(auto parts, parts_of(reference, "moment"));
  STELE_TRY(Db db, db_referred(parts[0], named));
  const bool since = reference.name() == "db-since";
  if (parts[1].is(Kind::instant)) {
    const auto instant = parts[1].as_instant();
    return since ? db.since(instant) : db.as_of(instant);
  }
  if (parts[1].is(Kind::int64)) {
    // A negative number is no transaction, as 0 is none: the view says so when it is read.
    const auto tx = static_cast<TxId>(std::max<std::int64_t>(0, parts[1].as_int64()));
    return since ? db.since(tx) : db.as_of(tx);
  }
  return invalid("pipe/request", text("a moment is a transaction id or an #inst; got ",
                                      edn::write_short(parts[1])));
}

Result<Db> with_applied(const Value& reference, const DbNamed& named) {
  STELE_TRY(auto parts, parts_of(reference, "transaction"));
  STELE_TRY(Db db, db_referred(parts[0], named));
  STELE_TRY(auto report, with(db, parts[1]));
  return report.db_after;
}

}  // namespace

bool is_reference(const Value& value) {
  return value.is(Kind::tagged) && (value.name() == "db" || value.name().starts_with("db-"));
}

Result<Db> db_referred(const Value& reference, const DbNamed& named) {
  if (!is_reference(reference)) return named(reference);
  const auto tag = reference.name();
  if (tag == "db") return named(reference.tagged_value());
  if (tag == "db-as-of" || tag == "db-since") return at_moment(reference, named);
  if (tag == "db-history") {
    STELE_TRY(Db db, db_referred(reference.tagged_value(), named));
    return db.history();
  }
  if (tag == "db-with") return with_applied(reference, named);
  return invalid("pipe/unsupported",
                 text("#", tag,
                      " is not supported by this version of stele; there are #db, "
                      "#db-as-of, #db-since, #db-history and #db-with"));
}

}  // namespace stele::app
