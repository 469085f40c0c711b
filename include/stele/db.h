// Db: a database as it stood at one moment, or a view of its past. A value.
//
// A Db is a lazy handle: roots, a little metadata, nothing else loaded. It is cheap to copy, never
// changes, and needs the store it came from only to read nodes that are not in memory yet. Views in
// time are Dbs, too: they are made without reading anything, so a time that cannot be seen (no
// history was kept, an id that is no transaction's) is reported by the first read.
//
//   db.as_of(t)            what was true after transaction t
//   db.since(t)            what has been asserted after t, and still is true
//   db.history()           every assertion and every retraction there was
//   db.as_of(t).history()  of the transactions up to t
// A view sees a set of transactions: as_of and since draw its limits closer, in any order. What it
// shows is what replaying just these, in order, leaves; or, once history() is asked for anywhere,
// all that they did. [H-3 … H-11] Its schema is that of its origin. [H-12]
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

// A transaction as the log tells it.
struct Transaction {
  TxId t = 0;
  Instant instant;
  Uuid nonce;  // as in its report; an error of category `unknown` names it
  // What it did, in the order of an entity index: e a v, a retraction before an assertion.
  std::vector<Datom> datoms;
};

struct LogRange {
  TxId from = 0;         // the first transaction wanted
  TxId to = UINT64_MAX;  // the last one
  bool newest_first = false;
  std::size_t limit = SIZE_MAX;  // transactions at most, counted from where the order begins
};

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
  // After a moment, excluding it: transactions with a greater id, or whose txInstant is later. The
  // narrower of the two if it already is such a view. [H-7]
  Db since(TxId tx) const;
  Db since(Instant instant) const;
  // Every event instead of what stands: assertions and retractions, each once. Of attributes that
  // keep no history only what is there now. [H-3]
  Db history() const;
  bool is_view() const;
  bool is_history() const;

  // The attributes that users declared: a map from ident to the attribute's map. [D-93]
  Value schema() const;
  Value reverse_schema() const;

  // The id an entity id, lookup ref ([unique-attribute value]) or ident names; nullopt if nothing
  // has it. Error: `invalid` `:entity-id/syntax`, `:lookup-ref/…`. [I-12]
  Result<std::optional<EntityId>> entid(const Value& reference) const;

  // Datoms that begin with `components` (in the order of the index: e a v tx, a e v tx, a v e tx),
  // in index order, at most `limit`; in histories tx and added are part of the order, false first.
  // Entities may be lookup refs or idents. [I-1 … I-5, I-11]
  // Errors here and below: `invalid` `:index/…`, `:search/pattern`, `:entity-id/…`,
  // `:lookup-ref/…`, `:temporal/…`.
  Result<std::vector<Datom>> datoms(IndexOrder order, std::span<const Value> components = {},
                                    std::size_t limit = SIZE_MAX) const;
  // From the first datom not before `components`, to the end of the index. [I-6]
  Result<std::vector<Datom>> seek_datoms(IndexOrder order, std::span<const Value> components,
                                         std::size_t limit = SIZE_MAX) const;
  // From the last datom not after those that begin with `components`, back to the beginning of the
  // index. [I-7]
  Result<std::vector<Datom>> rseek_datoms(IndexOrder order, std::span<const Value> components,
                                          std::size_t limit = SIZE_MAX) const;
  // Datoms of one indexed attribute whose values lie between start and end, both included; nil is
  // open. By value, then entity. [I-8]
  Result<std::vector<Datom>> index_range(const Value& attribute, const Value& start,
                                         const Value& end, std::size_t limit = SIZE_MAX) const;
  // The transactions that this view sees, oldest first unless asked otherwise. Needs history. What
  // was not folded yet is read from its records; of older ones the datoms are looked for in all of
  // the index, once for all of them, and those that keep no history are lost. [F-1, F-2]
  // Errors: `invalid` `:diff/history-required`, `:temporal/invalid-time`.
  Result<std::vector<Transaction>> log(const LogRange& range = {}) const;
  // Datoms in all; exact. [I-13]
  Result<std::uint64_t> count() const;

  // For the rooms of stele itself.
  Db(std::shared_ptr<const db::State> state, std::shared_ptr<const db::TimePoint> time);
  const std::shared_ptr<const db::State>& state() const { return state_; }
  const db::TimePoint* time_point() const { return time_.get(); }

 private:
  std::shared_ptr<const db::State> state_;
  std::shared_ptr<const db::TimePoint> time_;  // null: the present
};

// The transactions of `to` that `from`, an earlier state of the same database, does not have.
// Errors: `invalid` `:diff/not-a-database` (a view), `:diff/reversed`, `:diff/history-required`.
Result<std::vector<Transaction>> tx_range(const Db& from, const Db& to);

}  // namespace stele
