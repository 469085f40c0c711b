// Db: a database as it stood at one moment. A value.
//
// A Db is a lazy handle: roots, a little metadata, nothing else loaded. It is cheap to copy, never
// changes, and needs the store it came from only to read nodes that are not in memory yet. Views in
// time are Dbs, too: they are made without reading anything, so a time that cannot be seen (no
// history was kept, an id that is no transaction's) is reported by the first read.
//
// Thread safety: const use from any number of threads, without locks.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <stele/datom.h>
#include <stele/deadline.h>

namespace stele {

namespace db {
struct State;
struct TimePoint;
}  // namespace db

// The orders in which datoms can be read.
enum class IndexOrder : std::uint8_t {
  eavt = 0,  // by entity: a row
  aevt = 1,  // by attribute: a column
  avet = 2,  // by value; only attributes that are unique, indexed or references
};

class Db {
 public:
  // The empty database of nobody: reading it finds nothing.
  Db();

  TxId max_tx() const;       // the last transaction in it (of the origin, for views) [H-13]
  EntityId max_eid() const;  // the greatest entity id handed out
  // Names this state and all of its past: equal ids mean equal databases.
  Uuid commit_id() const;
  std::string commit_hash() const;  // all 256 bits of it, as hex
  bool keeps_history() const;

  // As of a moment, including it: transactions up to and including the id, or all whose txInstant
  // is not later. Narrower of the two if it already is such a view. [H-6]
  Db as_of(TxId tx) const;
  Db as_of(Instant instant) const;
  bool is_view() const;

  // The attributes that users declared: a map from ident to the attribute's map. [D-93]
  Value schema() const;
  Value reverse_schema() const;

  // The id an entity id, lookup ref ([unique-attribute value]) or ident names; nullopt if nothing
  // has it. Error: `invalid` `:entity-id/syntax`, `:lookup-ref/…`. [I-12]
  Result<std::optional<EntityId>> entid(const Value& reference) const;

  // Datoms that begin with `components` (in the order of the index: e a v tx, a e v tx, a v e tx),
  // in index order, at most `limit`. Entities may be lookup refs or idents. [I-1 … I-5, I-11]
  Result<std::vector<Datom>> datoms(IndexOrder order, std::span<const Value> components = {},
                                    std::size_t limit = SIZE_MAX) const;
  // From the first datom not before `components`, to the end of the index. [I-6]
  Result<std::vector<Datom>> seek_datoms(IndexOrder order, std::span<const Value> components,
                                         std::size_t limit = SIZE_MAX) const;
  // Datoms in all; exact. [I-13]
  Result<std::uint64_t> count() const;

  // For the rooms of stele itself.
  Db(std::shared_ptr<const db::State> state, std::shared_ptr<const db::TimePoint> as_of);
  const std::shared_ptr<const db::State>& state() const { return state_; }
  const db::TimePoint* time_point() const { return as_of_.get(); }

 private:
  std::shared_ptr<const db::State> state_;
  std::shared_ptr<const db::TimePoint> as_of_;  // null: the present
};

}  // namespace stele
