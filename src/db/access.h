// Access: reading any Db (the present or a view in time) through its indexes, as plain leaves.
//
// What tx and query read with. Every function takes the Reader of the operation; when its status
// is no longer ok the answer is empty and means nothing.
#pragma once

#include <stele/db.h>

#include "db/state.h"
#include "tree/index.h"

namespace stele::db {

using format::Key;
using format::LeafPtr;
using tree::Range;
using tree::Reader;
using tree::Slice;

// A Db made ready to be read: for a view in time the moment has been looked up in the log.
// Cheap to copy; used by one thread at a time, as its reader is.
class View {
 public:
  // Error: `invalid` `:temporal/history-required`, `:temporal/invalid-time`; or the reader's.
  static Result<View> open(const Db& db, Reader& reader);

  const State& state() const { return *state_; }
  const Schema& schema() const { return *state_->schema; }
  bool is_present() const { return !as_of_; }

  // Which transactions an as-of view sees: all up to `until`, and of the later ones `extra`
  // (backdated instants; ascending, usually empty).
  struct Visible {
    TxId until = 0;
    std::vector<TxId> extra;
    bool sees(TxId tx) const;
  };
  const Visible* visible() const { return as_of_.get(); }

 private:
  StatePtr state_;
  std::shared_ptr<const Visible> as_of_;
};

// Rows of a view in a range, slice by slice: of the present, plain leaves; of the past, leaves that
// hold just what was true then. `avet` holds only attributes that are indexed.
class Scan {
 public:
  using Direction = tree::Scan::Direction;
  Scan(const View& view, IndexOrder order, const Range& range, Reader& reader,
       Direction direction = Direction::ascending);
  ~Scan();
  Scan(Scan&&) noexcept;
  bool next(Slice& slice);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Rows beginning with each of the ascending keys: see tree::probe.
tree::Probes probe(const View& view, IndexOrder order, std::span<const Key> keys, Reader& reader);

// Exact for the present; for views in time an upper bound. Never reads.
std::uint64_t estimate_rows(const View& view, IndexOrder order, const Range& range);

// The entity that a reference names: an id, a lookup ref, an ident. nullopt: nothing has it.
// Errors: `:entity-id/syntax`, `:lookup-ref/syntax`, `:lookup-ref/unique`. [I-12, U-5]
Result<std::optional<EntityId>> entid(const View& view, const Value& reference, Reader& reader);
// The same, but nothing found is the error `:entity-id/missing`.
Result<EntityId> entid_strict(const View& view, const Value& reference, Reader& reader);

// The entity that has the unique attribute's value. O(height).
std::optional<EntityId> find_unique(const View& view, const Attribute& attribute,
                                    const Value& value, Reader& reader);

// A value as it is stored under this attribute: references resolved, everything else itself.
Result<Value> resolve_value(const View& view, const Attribute* attribute, const Value& value,
                            Reader& reader);

// An error for a reader that is not ok: its own, or `unavailable` `:node/missing`, which tells the
// driver to fetch what Reader::missing() lists and to run the operation again.
Error reader_error(const Reader& reader);

// Rows as datoms.
void append_datoms(const Slice& slice, std::vector<Datom>& out, std::size_t limit = SIZE_MAX);

}  // namespace stele::db
