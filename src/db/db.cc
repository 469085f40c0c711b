#include <algorithm>

#include <stele/db.h>

#include "base/text.h"
#include "base/try.h"
#include "db/components.h"
#include "db/log.h"
#include "db/moment.h"

namespace stele {
namespace {

const db::StatePtr& nobodys_state() {
  static const db::StatePtr state = db::empty_state({}, "db", nullptr);
  return state;
}

// The same time, to be changed.
std::shared_ptr<db::TimePoint> copy_of(const db::TimePoint* time) {
  auto made = time ? std::make_shared<db::TimePoint>(*time) : std::make_shared<db::TimePoint>();
  made->memo = std::make_shared<db::MomentMemo>();
  return made;
}

using Datoms = std::vector<Datom>;
using Direction = db::Scan::Direction;

// Which datoms of which index, in which direction.
struct Reading {
  IndexOrder order;
  db::Range range;
  Direction direction = Direction::ascending;
  std::size_t limit = SIZE_MAX;
  // Of the datoms of `key`'s fact just those whose transaction compares so with the key's: -1, 0, 1
  // for not after, equal, not before. Histories cannot be searched by transaction.
  std::optional<db::Key> key;
  int sign = 0;

  bool has(const Datom& d) const {
    if (!key) return true;
    base::Arena arena;
    const bool same =
        d.e == key->e && d.a == key->a &&
        value::compare_cells(d.v.kind(), value::cell_of(d.v, arena), key->kind, key->v) == 0;
    if (!same) return true;
    return sign == 0 ? d.tx == key->tx : sign < 0 ? d.tx <= key->tx : d.tx >= key->tx;
  }
};

// The bound without its transaction, if it cannot be searched for; `reading` then sees to it.
db::Key take_tx(const db::View& view, db::Key key, int sign, Reading& reading) {
  if (!view.is_history() || key.parts < 4) return key;
  reading.key = key;
  reading.sign = sign;
  key.parts = 3;
  return key;
}

Result<Datoms> read(const db::View& view, const Reading& reading, db::Reader& reader) {
  Datoms datoms;
  db::Scan scan(view, reading.order, reading.range, reader, reading.direction);
  for (db::Slice slice; datoms.size() < reading.limit && reader.keep_going() && scan.next(slice);) {
    const std::size_t begin = datoms.size();
    const bool takes_first = reading.direction == Direction::ascending && !reading.key;
    db::append_datoms(slice, datoms, takes_first ? reading.limit - begin : SIZE_MAX);
    const auto first = datoms.begin() + static_cast<std::ptrdiff_t>(begin);
    if (reading.direction == Direction::descending) std::reverse(first, datoms.end());
    if (reading.key) {
      datoms.erase(
          std::remove_if(first, datoms.end(), [&](const Datom& d) { return !reading.has(d); }),
          datoms.end());
    }
    if (datoms.size() > reading.limit) datoms.resize(reading.limit);
  }
  if (!reader.ok()) return db::reader_error(reader);
  return datoms;
}

}  // namespace

Db::Db() : state_(nobodys_state()) {}
Db::Db(std::shared_ptr<const db::State> state, std::shared_ptr<const db::TimePoint> time)
    : state_(std::move(state)), time_(std::move(time)) {}

TxId Db::max_tx() const { return state_->max_tx; }
EntityId Db::max_eid() const { return state_->max_eid; }
bool Db::keeps_history() const { return state_->config.keep_history; }
std::string Db::commit_hash() const { return state_->commit_id.hex(); }

Uuid Db::commit_id() const { return format::uuid_of(state_->commit_id); }

bool Db::is_view() const { return time_ != nullptr; }
bool Db::is_history() const { return time_ && time_->history; }

Db Db::as_of(TxId tx) const {
  auto time = copy_of(time_.get());
  time->tx = time->tx ? std::min(*time->tx, tx) : tx;
  return Db(state_, std::move(time));
}

Db Db::as_of(Instant instant) const {
  auto time = copy_of(time_.get());
  time->instant = time->instant ? std::min(*time->instant, instant) : instant;
  return Db(state_, std::move(time));
}

Db Db::since(TxId tx) const {
  auto time = copy_of(time_.get());
  time->since_tx = time->since_tx ? std::max(*time->since_tx, tx) : tx;
  return Db(state_, std::move(time));
}

Db Db::since(Instant instant) const {
  auto time = copy_of(time_.get());
  time->since_instant = time->since_instant ? std::max(*time->since_instant, instant) : instant;
  return Db(state_, std::move(time));
}

Db Db::history() const {
  auto time = copy_of(time_.get());
  time->history = true;
  return Db(state_, std::move(time));
}

Value Db::schema() const { return state_->schema->to_value(); }
Value Db::reverse_schema() const { return state_->schema->to_reverse_value(); }

Result<std::optional<EntityId>> Db::entid(const Value& reference) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  return db::entid(view, reference, reader);
}

Result<Datoms> Db::datoms(IndexOrder order, std::span<const Value> components,
                          std::size_t limit) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  STELE_TRY(const db::ComponentKey found, db::read_components(view, order, components, reader));
  Reading reading{.order = order, .limit = limit};
  reading.range = db::Range::prefix(take_tx(view, found.key, 0, reading));
  return read(view, reading, reader);
}

Result<Datoms> Db::seek_datoms(IndexOrder order, std::span<const Value> components,
                               std::size_t limit) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  STELE_TRY(const db::ComponentKey found, db::read_components(view, order, components, reader));
  Reading reading{.order = order, .limit = limit};
  reading.range.lower = take_tx(view, found.key, 1, reading);
  return read(view, reading, reader);
}

Result<Datoms> Db::rseek_datoms(IndexOrder order, std::span<const Value> components,
                                std::size_t limit) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  STELE_TRY(const db::ComponentKey found, db::read_components(view, order, components, reader));
  Reading reading{.order = order, .direction = Direction::descending, .limit = limit};
  reading.range.upper = take_tx(view, found.key, -1, reading);
  return read(view, reading, reader);
}

Result<Datoms> Db::index_range(const Value& attribute, const Value& start, const Value& end,
                               std::size_t limit) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  STELE_TRY(const db::ComponentRange found,
            db::read_value_range(view, attribute, start, end, reader));
  if (found.is_empty) return Datoms();
  const db::Range range{found.lower.key, found.upper.key, true};
  return read(view, {.order = IndexOrder::avet, .range = range, .limit = limit}, reader);
}

Result<std::vector<Transaction>> Db::log(const LogRange& range) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  return db::read_log(view, range, reader);
}

Result<std::uint64_t> Db::count() const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  if (view.is_present()) return state_->index(format::Tree::eavt).size();
  std::uint64_t rows = 0;
  db::Scan scan(view, IndexOrder::eavt, db::Range::all(), reader);
  for (db::Slice slice; reader.keep_going() && scan.next(slice);) rows += slice.size();
  if (!reader.ok()) return db::reader_error(reader);
  return rows;
}

Result<std::vector<Transaction>> tx_range(const Db& from, const Db& to) {
  const bool are_states = !from.is_view() && !to.is_view();
  if (!are_states || from.state()->config.database_id != to.state()->config.database_id) {
    return invalid("diff/not-a-database",
                   "Transactions lie between two states of one database; these are views, or of "
                   "different databases.");
  }
  if (from.max_tx() > to.max_tx()) {
    return invalid("diff/reversed", base::text("The first database, at transaction ", from.max_tx(),
                                               ", is later than the second, at ", to.max_tx(),
                                               ". Pass the earlier one first."));
  }
  return to.log({.from = from.max_tx() + 1});
}

}  // namespace stele
