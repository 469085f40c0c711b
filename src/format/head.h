// Head: the bytes of the one mutable cell of a branch.
//
//   head = snapshot record, transaction record, transaction record, … (reservation record)
//   record = type (1 byte), varint length, payload, XXH3-64 of the record before it (8 bytes)
// The snapshot holds the roots of the trees as of some transaction, the *basis*; the transaction
// records behind it are the *tail*: what was committed since. A commit appends one record; a fold
// replaces the head by a newer snapshot and what is left of the tail.
//
// Commit ids form a chain: SHA-256(parents, SHA-256(nonce, record payload)). A record names its
// parent, so that a broken chain shows at once.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <stele/datom.h>

#include "format/branch.h"
#include "format/limits.h"

namespace stele::format {

struct Root {
  Hash hash;
  Place place;
  std::uint64_t count = 0;  // rows; 0: the empty tree, which has no node
  std::uint8_t height = 0;  // 0 empty, 1 a leaf, 2 a branch over leaves, …
};

// How long values may be unless their attribute says otherwise; 0: as long as they like. [D-68]
struct ValueCaps {
  std::uint64_t string_chars = 0;  // UTF-16 units
  std::uint64_t bytes = 0;
  std::uint64_t floats = 0;
  std::uint64_t doubles = 0;
  std::uint64_t tuple_string_chars = 0;  // of a string within a tuple

  bool operator==(const ValueCaps&) const = default;
  bool any() const { return *this != ValueCaps(); }
};

// What is fixed when a database is created.
struct Config {
  Uuid database_id;
  bool keep_history = true;
  bool schema_on_read = false;  // :schema-flexibility :read
  bool attribute_refs = false;
  Instant created;
  ValueCaps caps;
};

struct Snapshot {
  Config config;
  std::string branch = "db";
  TxId max_tx = kTx0;  // the basis
  EntityId max_eid = 0;
  Hash commit_id;       // of the basis
  Instant instant;      // of the basis
  Instant instant_max;  // the greatest of all so far
  std::array<Root, kTreeCount> roots;
  base::Bytes schema;    // a serialised value (value::write_value)
  bool deleted = false;  // a tombstone: the database was deleted
  // How often garbage was collected. Whoever built on a head that has been swept since may have
  // built on what is gone.
  std::uint64_t sweeps = 0;
};

// One effective change of a transaction, in the order it was made.
struct Change {
  EntityId e = 0;
  Value a;
  Value v;
  bool added = true;
  TxId tx = 0;    // of the assertion; for a retraction the transaction that retracts
  TxId ends = 0;  // retraction: the transaction of the assertion it ends
};

struct TxRecord {
  TxId tx = 0;
  Hash parent;  // commit id of the transaction before it
  Uuid nonce;   // the same in every attempt of one user transaction
  Instant instant;
  EntityId max_eid = 0;  // afterwards
  std::vector<Change> changes;
};
using TxRecordPtr = std::shared_ptr<const TxRecord>;

// A claim to write next, of a writer that has lost often: whoever finds it behind the last
// transaction lets that writer go first, for a while. It is spent once a transaction follows it,
// and means nothing to readers. Only fairness depends on it.
struct Reservation {
  Uuid holder;           // another one for every reservation
  Hash parent;           // commit id of the transaction it stands behind
  std::uint32_t ms = 0;  // counted by whoever waits, from when he first saw it
};

base::Bytes encode_snapshot(const Snapshot& snapshot);           // a whole record
base::Bytes encode_tx(const TxRecord& record);                   // a whole record
base::Bytes encode_reservation(const Reservation& reservation);  // a whole record
// Of a record as encode_tx wrote it. O(bytes).
Hash commit_id_of(base::ByteView record, const Hash& parent);
// The first half of a commit id, as it is shown where a uuid is wanted.
Uuid uuid_of(const Hash& commit_id);

// A transaction read back, with where its record stands.
struct TailEntry {
  TxRecordPtr record;
  Hash commit_id;
  std::uint64_t offset = 0;  // of its record in the head
  std::uint64_t length = 0;
};

struct TailContent {
  std::vector<TailEntry> entries;
  std::optional<Reservation> reservation;  // if nothing follows it
};

struct HeadContent {
  Snapshot snapshot;
  std::vector<TailEntry> tail;
  std::optional<Reservation> reservation;
};

// A whole head. Checks every checksum, the chain, and that transactions ascend.
// Errors: `corrupt` `:head/corrupt` with the offset; `invalid` `:head/newer-format`.
Result<HeadContent> decode_head(base::ByteView bytes);

// Records that follow what is known: the chain must continue at `parent`. `offset` is where
// `bytes` begin in the head. Errors: `conflict` `:head/replaced` if the first of them is no record
// that continues the chain (the head may have been replaced: read all of it);
// `corrupt` `:head/corrupt` if a later one is not.
Result<TailContent> decode_tail(base::ByteView bytes, std::uint64_t offset, const Hash& parent);

// What can be read of a head that does not verify as a whole, for repair: all records in it that
// verify by themselves, wherever they begin. Whether they belong together is for the caller to see,
// by their commit ids. O(bytes), and at most 1 GiB are hashed where records are damaged.
struct SalvagedTx {
  TxRecordPtr record;
  base::Bytes bytes;  // its whole record
};
struct Salvaged {
  std::vector<Snapshot> snapshots;
  std::vector<SalvagedTx> transactions;
};
void salvage_records(base::ByteView bytes, Salvaged& out);

// An entry of the log tree: the bytes in its v column.
struct LogEntry {
  Uuid nonce;
  Hash commit_id;
};
base::Bytes encode_log_entry(const LogEntry& entry);
Result<LogEntry> decode_log_entry(base::ByteView bytes);

}  // namespace stele::format
