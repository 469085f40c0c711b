// Access: reading any Db (the present or a view in time) through its indexes, as plain leaves.
//
// What tx and query read with. Every function takes the Reader of the operation; when its status
// is no longer ok the answer is empty and means nothing.
#pragma once

#include <stele/db.h>

#include "db/state.h"
#include "tree/announce.h"
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
  bool is_present() const { return !visible_ && !is_history_; }
  // Shows events: see is_added.
  bool is_history() const { return is_history_; }
  // Can it show what the present has not? If not its rows are some of the present's.
  bool reads_past() const;
  // The history of the transactions from `first` to `last` alone.
  View history_of(TxId first, TxId last) const;

  // Which transactions a view sees: those after `after` but the `hidden` ones, up to `until`, and
  // of the later ones `extra`. hidden and extra ascend and are usually empty: they are needed where
  // instants were backdated.
  struct Visible {
    TxId after = 0;
    std::vector<TxId> hidden;
    TxId until = 0;
    std::vector<TxId> extra;

    bool has_gaps() const { return !hidden.empty() || !extra.empty(); }
    bool sees(TxId tx) const { return has_gaps() ? sees_with_gaps(tx) : window().has(tx); }

    // What is seen where there are no gaps, for loops: one comparison a row.
    struct Window {
      TxId first = 0;
      std::uint64_t width = 0;  // of the transactions, 0 if none is seen
      bool has(TxId tx) const { return tx - first < width; }
    };
    Window window() const { return {after + 1, until > after ? until - after : 0}; }

   private:
    bool sees_with_gaps(TxId tx) const;
  };
  // Null: all transactions.
  const Visible* visible() const { return visible_.get(); }
  bool sees(TxId tx) const { return !visible_ || visible_->sees(tx); }

 private:
  StatePtr state_;
  std::shared_ptr<const Visible> visible_;
  bool is_history_ = false;
};

// Which events of a history are wanted, and what tells them apart: a reader that does not look at
// all of an event gets each of what it sees once. In other views everything was asserted, and facts
// are told apart by themselves.
struct EventsWanted {
  bool asserted = true;
  bool retracted = true;
  enum class Distinct : std::uint8_t { by_fact, by_fact_and_tx, by_all };
  Distinct distinct = Distinct::by_all;
};

// Was the row's datom an assertion? Of a history's rows those that are no assertions, and any that
// were put together, lie in *leaves of events*: leaves of the past's shape that stand in the order
// e a v tx added (or that of their tree), with the event's transaction as tx and 1 or 0 as `ended`.
// Leaves of the past themselves are never handed out.
inline bool is_added(const format::Leaf& leaf, std::uint32_t row) {
  return !format::has_ended(leaf.tree()) || leaf.ended()[row] != 0;
}

// Rows of a view in a range, slice by slice: of the present, plain leaves; of the past, leaves that
// hold just what was true then; of a history, what is_added tells of. `avet` holds only attributes
// that are indexed. In a history the range's bounds must not have a transaction.
class Scan {
 public:
  using Direction = tree::Scan::Direction;
  Scan(const View& view, IndexOrder order, const Range& range, Reader& reader,
       Direction direction = Direction::ascending, const EventsWanted& events = {});
  ~Scan();
  Scan(Scan&&) noexcept;
  bool next(Slice& slice);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Rows beginning with each of the ascending keys: see tree::probe.
tree::Probes probe(const View& view, IndexOrder order, std::span<const Key> keys, Reader& reader,
                   const EventsWanted& events = {});

// What reading the range, or probes within it, will ask of the trees.
void add_announced(const View& view, IndexOrder order, const Range& range,
                   std::vector<tree::Announced>& out, const EventsWanted& events = {});

// Exact for the present; for views in time an upper bound. Never reads.
std::uint64_t estimate_rows(const View& view, IndexOrder order, const Range& range,
                            const EventsWanted& events = {});

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
