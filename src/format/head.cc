#include "format/head.h"

#include "base/check.h"
#include "format/corrupt.h"
#include "format/tx_record.h"

namespace stele::format {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteView;
using base::ByteWriter;

// The first byte of a record. Persisted: the numbers never change. 0 is none, so that zeroed space
// behind a head is not taken for one.
enum class RecordType : std::uint8_t { snapshot = 1, tx = 2, reservation = 3 };
bool is_known(std::uint8_t type) { return type >= 1 && type <= 3; }

constexpr std::size_t kChecksumBytes = 8;

Error corrupt_head(std::string_view what, std::uint64_t offset) {
  return corrupt_at("head/corrupt", what, offset);
}

// ---- Records ------------------------------------------------------------------------------------

struct Record {
  RecordType type = RecordType::snapshot;
  ByteView payload;
  ByteView whole;
};

Bytes make_record(RecordType type, ByteView payload) {
  Bytes out;
  out.reserve(payload.size() + 1 + base::kVarintBytesMax + kChecksumBytes);
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(type));
  writer.sized(payload);
  writer.u64(base::xxh3(out));
  return out;
}

// The record that `bytes` begin with; `offset` is where they lie, for errors.
Result<Record> take_record(ByteView bytes, std::uint64_t offset) {
  ByteReader in(bytes);
  const std::uint8_t type = in.u8();
  const ByteView payload = in.sized();
  const std::size_t size = in.offset();
  const std::uint64_t checksum = in.u64();
  if (!in.ok()) return corrupt_head("the head ends within a record", offset);
  if (base::xxh3(bytes.first(size)) != checksum) {
    return corrupt_head("a record's checksum differs", offset);
  }
  if (!is_known(type)) {
    return corrupt_head("a record's type is unknown", offset);
  }
  return Record{static_cast<RecordType>(type), payload, bytes.first(size + kChecksumBytes)};
}

constexpr std::uint64_t kSalvageHashBytesMax = 1 << 30;

// Might a record begin with these bytes? If so, how many of them its checksum is of.
std::size_t hashed_bytes_of(ByteView bytes) {
  ByteReader in(bytes);
  const std::uint8_t type = in.u8();
  if (!is_known(type)) {
    return 0;
  }
  (void)in.sized();
  const std::size_t size = in.offset();
  (void)in.u64();
  return in.ok() ? size : 0;
}

// Bytes from the next record that verifies on; none if there is none, or too much was hashed.
ByteView from_next_record(ByteView bytes, std::uint64_t& hash_bytes_left) {
  for (; !bytes.empty(); bytes = bytes.subspan(1)) {
    const std::size_t hashed = hashed_bytes_of(bytes);
    if (hashed == 0) continue;
    if (hashed > hash_bytes_left) return {};
    hash_bytes_left -= hashed;
    if (take_record(bytes, 0).ok()) return bytes;
  }
  return {};
}

// SHA-256(parent, SHA-256(nonce, payload)): the inner hash can stand for a record that was purged.
Hash chain(const Hash& parent, ByteView payload) {
  base::Sha256 inner;
  inner.update(payload.first(kNonceBytes));
  inner.update(payload);
  base::Sha256 outer;
  outer.update(parent.bytes);
  outer.update(inner.finish().bytes);
  return outer.finish();
}

// ---- Snapshots ----------------------------------------------------------------------------------

// Persisted: the bits never change.
constexpr std::uint8_t kKeepHistory = 1;
constexpr std::uint8_t kSchemaOnRead = 2;
constexpr std::uint8_t kAttributeRefs = 4;
constexpr std::uint8_t kDeleted = 8;
constexpr std::uint8_t kValueCaps = 16;  // five numbers follow the configuration
constexpr std::uint8_t kSwept = 32;      // at the end follows how often
constexpr std::uint8_t kAllFlags = 63;

void write_root(const Root& root, Bytes& out) {
  ByteWriter writer(out);
  writer.varint(root.count);
  if (root.count == 0) return;
  writer.u8(root.height);
  writer.bytes(root.hash.bytes);
  writer.bytes(root.place.pack.bytes);
  writer.varint(root.place.offset);
  writer.varint(root.place.length);
}

Root read_root(ByteReader& in) {
  Root root;
  root.count = in.varint();
  if (root.count == 0) return root;
  root.height = in.u8();
  root.hash = read_hash(in);
  root.place.pack = read_hash(in);
  root.place.offset = in.varint();
  const std::uint64_t length = in.varint();
  root.place.length = static_cast<std::uint32_t>(length);
  if (root.count > kRowsMax || root.height == 0 || root.height > kBranchLevelMax + 1 ||
      length > UINT32_MAX) {
    in.fail();
  }
  return root;
}

std::uint8_t flags_of(const Snapshot& s) {
  return static_cast<std::uint8_t>(
      (s.config.keep_history ? kKeepHistory : 0) | (s.config.schema_on_read ? kSchemaOnRead : 0) |
      (s.config.attribute_refs ? kAttributeRefs : 0) | (s.deleted ? kDeleted : 0) |
      (s.config.caps.any() ? kValueCaps : 0) | (s.sweeps > 0 ? kSwept : 0));
}

void write_caps(const ValueCaps& caps, Bytes& out) {
  ByteWriter writer(out);
  for (const auto cap :
       {caps.string_chars, caps.bytes, caps.floats, caps.doubles, caps.tuple_string_chars}) {
    writer.varint(cap);
  }
}

ValueCaps read_caps(ByteReader& in) {
  ValueCaps caps;
  for (auto* const cap :
       {&caps.string_chars, &caps.bytes, &caps.floats, &caps.doubles, &caps.tuple_string_chars}) {
    *cap = in.varint();
  }
  if (!caps.any()) in.fail();
  return caps;
}

Snapshot read_snapshot(ByteReader& in) {
  Snapshot s;
  in.u8();  // the version, which was looked at before
  const std::uint8_t flags = in.u8();
  if (flags > kAllFlags) in.fail();
  s.config.keep_history = (flags & kKeepHistory) != 0;
  s.config.schema_on_read = (flags & kSchemaOnRead) != 0;
  s.config.attribute_refs = (flags & kAttributeRefs) != 0;
  s.deleted = (flags & kDeleted) != 0;
  s.config.database_id = read_uuid(in);
  s.config.created = Instant{in.signed_varint()};
  if ((flags & kValueCaps) != 0) s.config.caps = read_caps(in);
  s.branch = in.sized_text();
  if (s.branch.empty() || s.branch.find('\0') != std::string::npos) in.fail();
  s.max_tx = in.varint();
  s.max_eid = in.varint();
  s.commit_id = read_hash(in);
  s.instant = Instant{in.signed_varint()};
  s.instant_max = Instant{in.signed_varint()};
  for (Root& root : s.roots) root = read_root(in);
  const ByteView schema = in.sized();
  s.schema.assign(schema.begin(), schema.end());
  if ((flags & kSwept) != 0) {
    s.sweeps = in.varint();
    if (s.sweeps == 0) in.fail();
  }
  if (in.left() > 0) in.fail();
  return s;
}

Result<Snapshot> decode_snapshot(const Record& record) {
  if (record.payload.empty()) return corrupt_head("the snapshot is empty", 0);
  if (record.payload[0] > kFormatVersion) {
    return invalid("head/newer-format", base::text("this database is in format ", record.payload[0],
                                                   "; this program knows formats up to ",
                                                   kFormatVersion, ": use a newer program"));
  }
  ByteReader in(record.payload);
  Snapshot snapshot = read_snapshot(in);
  if (!in.ok()) return corrupt_head("the snapshot cannot be read", 0);
  return snapshot;
}

// ---- Tails --------------------------------------------------------------------------------------

Result<TailEntry> decode_entry(const Record& record, std::uint64_t offset, const Hash& parent) {
  if (record.type != RecordType::tx) return corrupt_head("a snapshot within the tail", offset);
  ByteReader in(record.payload);
  auto tx = std::make_shared<TxRecord>(read_tx(in));
  if (!in.ok()) return corrupt_head("a transaction cannot be read", offset);
  if (tx->parent != parent) return corrupt_head("the chain of transactions is broken", offset);
  return TailEntry{std::move(tx), chain(parent, record.payload), offset, record.whole.size()};
}

// What stands at `offset` and follows `tail`; before it the basis (commit id and transaction).
struct Basis {
  Hash commit_id;
  TxId tx = 0;
};
Basis basis_after(const TailEntry& entry) { return {entry.commit_id, entry.record->tx}; }

Result<TailEntry> take_entry(const Record& record, std::uint64_t offset, const Basis& basis) {
  auto entry = decode_entry(record, offset, basis.commit_id);
  if (entry.ok() && entry->record->tx <= basis.tx) {
    return corrupt_head("transactions do not ascend", offset);
  }
  return entry;
}

Result<Reservation> decode_reservation(const Record& record, std::uint64_t offset,
                                       const Hash& parent) {
  ByteReader in(record.payload);
  Reservation reservation;
  reservation.holder = read_uuid(in);
  reservation.parent = read_hash(in);
  const std::uint64_t ms = in.varint();
  if (!in.ok() || in.left() > 0 || ms > kReservationMsMax) {
    return corrupt_head("a reservation cannot be read", offset);
  }
  if (reservation.parent != parent) {
    return corrupt_head("a reservation stands behind another transaction than it names", offset);
  }
  reservation.ms = static_cast<std::uint32_t>(ms);
  return reservation;
}

// Takes records one after the other.
class TailReader {
 public:
  TailReader(ByteView bytes, std::uint64_t offset, const Basis& basis)
      : bytes_(bytes), offset_(offset), basis_(basis) {}

  bool at_end() const { return bytes_.empty(); }
  Done take() {
    auto record = take_record(bytes_, offset_);
    if (!record.ok()) return std::move(record).error();
    if (record->type == RecordType::reservation) {
      auto reservation = decode_reservation(*record, offset_, basis_.commit_id);
      if (!reservation.ok()) return std::move(reservation).error();
      content_.reservation = *reservation;
    } else {
      auto entry = take_entry(*record, offset_, basis_);
      if (!entry.ok()) return std::move(entry).error();
      basis_ = basis_after(*entry);
      content_.entries.push_back(std::move(*entry));
      content_.reservation.reset();
    }
    bytes_ = bytes_.subspan(record->whole.size());
    offset_ += record->whole.size();
    return {};
  }
  Done take_all() {
    while (!at_end()) {
      if (auto taken = take(); !taken.ok()) return taken;
    }
    return {};
  }
  TailContent& content() { return content_; }

 private:
  ByteView bytes_;
  std::uint64_t offset_;
  Basis basis_;
  TailContent content_;
};

}  // namespace

Bytes encode_snapshot(const Snapshot& s) {
  Bytes out;
  ByteWriter writer(out);
  writer.u8(kFormatVersion);
  writer.u8(flags_of(s));
  write_uuid(s.config.database_id, out);
  writer.signed_varint(s.config.created.ms);
  if (s.config.caps.any()) write_caps(s.config.caps, out);
  writer.sized(s.branch);
  writer.varint(s.max_tx);
  writer.varint(s.max_eid);
  writer.bytes(s.commit_id.bytes);
  writer.signed_varint(s.instant.ms);
  writer.signed_varint(s.instant_max.ms);
  for (const Root& root : s.roots) write_root(root, out);
  writer.sized(s.schema);
  if (s.sweeps > 0) writer.varint(s.sweeps);
  return make_record(RecordType::snapshot, out);
}

Bytes encode_tx(const TxRecord& record) {
  Bytes payload;
  write_tx(record, payload);
  return make_record(RecordType::tx, payload);
}

Bytes encode_reservation(const Reservation& reservation) {
  Bytes payload;
  write_uuid(reservation.holder, payload);
  ByteWriter writer(payload);
  writer.bytes(reservation.parent.bytes);
  writer.varint(reservation.ms);
  return make_record(RecordType::reservation, payload);
}

Hash commit_id_of(ByteView record, const Hash& parent) {
  ByteReader in(record);
  const std::uint8_t type = in.u8();
  const ByteView payload = in.sized();
  STELE_CHECK(in.ok() && type == static_cast<std::uint8_t>(RecordType::tx) &&
              payload.size() >= kNonceBytes);
  return chain(parent, payload);
}

Uuid uuid_of(const Hash& commit_id) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.high = id.high << 8 | commit_id.bytes[i];
    id.low = id.low << 8 | commit_id.bytes[i + 8];
  }
  return id;
}

Result<HeadContent> decode_head(ByteView bytes) {
  auto record = take_record(bytes, 0);
  if (!record.ok()) return std::move(record).error();
  if (record->type != RecordType::snapshot) {
    return corrupt_head("the head does not begin with a snapshot", 0);
  }
  auto snapshot = decode_snapshot(*record);
  if (!snapshot.ok()) return std::move(snapshot).error();
  HeadContent head;
  head.snapshot = std::move(*snapshot);
  const std::size_t size = record->whole.size();
  const Basis basis = {head.snapshot.commit_id, head.snapshot.max_tx};
  TailReader tail(bytes.subspan(size), size, basis);
  const Done done = tail.take_all();
  if (!done.ok()) return done.error();
  head.tail = std::move(tail.content().entries);
  head.reservation = tail.content().reservation;
  return head;
}

Result<TailContent> decode_tail(ByteView bytes, std::uint64_t offset, const Hash& parent) {
  TailReader tail(bytes, offset, {parent, 0});
  if (tail.at_end()) return TailContent{};
  if (!tail.take().ok()) {
    return Error(ErrorCategory::conflict, "head/replaced",
                 base::text("what follows byte ", offset,
                            " does not continue the head that was "
                            "read before: read all of it"));
  }
  const Done done = tail.take_all();
  if (!done.ok()) return done.error();
  return std::move(tail.content());
}

void salvage_records(ByteView bytes, Salvaged& out) {
  std::uint64_t hash_bytes_left = kSalvageHashBytesMax;
  while (!bytes.empty()) {
    auto record = take_record(bytes, 0);
    if (!record.ok()) {
      bytes = from_next_record(bytes.subspan(1), hash_bytes_left);
      continue;
    }
    bytes = bytes.subspan(record->whole.size());
    if (record->type == RecordType::snapshot) {
      auto snapshot = decode_snapshot(*record);
      if (snapshot.ok()) out.snapshots.push_back(std::move(*snapshot));
    }
    if (record->type != RecordType::tx) continue;
    ByteReader in(record->payload);
    auto tx = std::make_shared<TxRecord>(read_tx(in));
    if (in.ok()) {
      out.transactions.push_back({std::move(tx), {record->whole.begin(), record->whole.end()}});
    }
  }
}

// ---- The log ------------------------------------------------------------------------------------

Bytes encode_log_entry(const LogEntry& entry) {
  Bytes out;
  out.push_back(kFormatVersion);
  write_uuid(entry.nonce, out);
  ByteWriter(out).bytes(entry.commit_id.bytes);
  return out;
}

Result<LogEntry> decode_log_entry(ByteView bytes) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  LogEntry entry;
  entry.nonce = read_uuid(in);
  entry.commit_id = read_hash(in);
  if (!in.ok() || version > kFormatVersion || in.left() > 0) {
    return corrupt_at("log/corrupt", "a log entry cannot be read", in.offset());
  }
  return entry;
}

}  // namespace stele::format
