#include <algorithm>

#include <stele/db.h>

#include "base/try.h"
#include "db/components.h"
#include "db/moment.h"

namespace stele {
namespace {

const db::StatePtr& nobodys_state() {
  static const db::StatePtr state = db::empty_state({}, "db", nullptr);
  return state;
}

// The moment with its limits drawn closer.
std::shared_ptr<db::TimePoint> narrowed(const db::TimePoint* moment) {
  auto made = std::make_shared<db::TimePoint>();
  if (moment) {
    made->tx = moment->tx;
    made->instant = moment->instant;
  }
  made->memo = std::make_shared<db::MomentMemo>();
  return made;
}

Result<std::vector<Datom>> read_range(const db::View& view, IndexOrder order,
                                      const db::Range& range, std::size_t limit,
                                      db::Reader& reader) {
  std::vector<Datom> datoms;
  db::Scan scan(view, order, range, reader);
  for (db::Slice slice; datoms.size() < limit && reader.keep_going() && scan.next(slice);) {
    db::append_datoms(slice, datoms, limit - datoms.size());
  }
  if (!reader.ok()) return db::reader_error(reader);
  return datoms;
}

}  // namespace

Db::Db() : state_(nobodys_state()) {}
Db::Db(std::shared_ptr<const db::State> state, std::shared_ptr<const db::TimePoint> as_of)
    : state_(std::move(state)), as_of_(std::move(as_of)) {}

TxId Db::max_tx() const { return state_->max_tx; }
EntityId Db::max_eid() const { return state_->max_eid; }
bool Db::keeps_history() const { return state_->config.keep_history; }
std::string Db::commit_hash() const { return state_->commit_id.hex(); }

Uuid Db::commit_id() const {
  Uuid id;
  for (int i = 0; i < 8; ++i) {
    id.high = id.high << 8 | state_->commit_id.bytes[static_cast<std::size_t>(i)];
    id.low = id.low << 8 | state_->commit_id.bytes[static_cast<std::size_t>(i + 8)];
  }
  return id;
}

bool Db::is_view() const { return as_of_ != nullptr; }

Db Db::as_of(TxId tx) const {
  auto moment = narrowed(as_of_.get());
  moment->tx = moment->tx ? std::min(*moment->tx, tx) : tx;
  return Db(state_, std::move(moment));
}

Db Db::as_of(Instant instant) const {
  auto moment = narrowed(as_of_.get());
  moment->instant = moment->instant ? std::min(*moment->instant, instant) : instant;
  return Db(state_, std::move(moment));
}

Value Db::schema() const { return state_->schema->to_value(); }
Value Db::reverse_schema() const { return state_->schema->to_reverse_value(); }

Result<std::optional<EntityId>> Db::entid(const Value& reference) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  return db::entid(view, reference, reader);
}

Result<std::vector<Datom>> Db::datoms(IndexOrder order, std::span<const Value> components,
                                      std::size_t limit) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  STELE_TRY(const db::ComponentKey found, db::read_components(view, order, components, reader));
  return read_range(view, order, db::Range::prefix(found.key), limit, reader);
}

Result<std::vector<Datom>> Db::seek_datoms(IndexOrder order, std::span<const Value> components,
                                           std::size_t limit) const {
  db::Reader reader;
  STELE_TRY(const db::View view, db::View::open(*this, reader));
  STELE_TRY(const db::ComponentKey found, db::read_components(view, order, components, reader));
  return read_range(view, order, {found.key, {}, true}, limit, reader);
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

}  // namespace stele
