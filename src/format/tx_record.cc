#include "format/tx_record.h"

#include <algorithm>

#include "format/attribute_codes.h"

namespace stele::format {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;

// The first number of a change: attribute code · 8 + flags. Persisted: the bits never change.
constexpr std::uint64_t kAdded = 1;
constexpr std::uint64_t kOfRecord = 2;    // its tx is the record's: no number for it
constexpr std::uint64_t kSameEntity = 4;  // e is that of the change before: no number for it
constexpr int kFlagBits = 3;

// A change takes two bytes at least: that number, and its value's kind.
constexpr std::size_t kChangeBytesMin = 2;

void write_change(const Change& change, std::uint64_t code, const Change* before,
                  const TxRecord& record, Bytes& out) {
  const bool same_entity = before != nullptr && before->e == change.e;
  const bool of_record = change.tx == record.tx;
  ByteWriter writer(out);
  writer.varint(code << kFlagBits | (change.added ? kAdded : 0) | (of_record ? kOfRecord : 0) |
                (same_entity ? kSameEntity : 0));
  if (!same_entity) {
    const std::uint64_t e_before = before == nullptr ? 0 : before->e;
    writer.signed_varint(static_cast<std::int64_t>(change.e - e_before));
  }
  if (!of_record) writer.varint(change.tx);
  if (!change.added) writer.signed_varint(static_cast<std::int64_t>(record.tx - change.ends));
  value::write_value(change.v, out);
}

Change read_change(ByteReader& in, const Change* before, const std::vector<Value>& attributes,
                   const TxRecord& record) {
  Change change;
  const std::uint64_t first = in.varint();
  const std::uint64_t code = first >> kFlagBits;
  if (!in.ok() || code >= attributes.size() || (before == nullptr && (first & kSameEntity) != 0)) {
    in.fail();
    return change;
  }
  change.a = attributes[static_cast<std::size_t>(code)];
  change.added = (first & kAdded) != 0;
  change.e = before == nullptr ? 0 : before->e;
  if ((first & kSameEntity) == 0) change.e += static_cast<std::uint64_t>(in.signed_varint());
  change.tx = (first & kOfRecord) != 0 ? record.tx : in.varint();
  if (!change.added) change.ends = record.tx - static_cast<std::uint64_t>(in.signed_varint());
  change.v = value::read_value(in);
  return change;
}

}  // namespace

void write_uuid(const Uuid& uuid, Bytes& out) {
  for (const std::uint64_t half : {uuid.high, uuid.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>(half >> shift));
    }
  }
}

Uuid read_uuid(ByteReader& in) {
  Uuid uuid;
  for (std::uint64_t* const half : {&uuid.high, &uuid.low}) {
    for (int i = 0; i < 8; ++i) *half = *half << 8 | in.u8();
  }
  return uuid;
}

Hash read_hash(ByteReader& in) {
  Hash hash;
  const base::ByteView bytes = in.bytes(hash.bytes.size());
  if (in.ok()) std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
  return hash;
}

void write_tx(const TxRecord& record, Bytes& out) {
  ByteWriter writer(out);
  write_uuid(record.nonce, out);  // first: commit_id_of finds it there
  writer.bytes(record.parent.bytes);
  writer.varint(record.tx);
  writer.signed_varint(record.instant.ms);
  writer.varint(record.max_eid);
  AttributeCodes attributes;
  for (const Change& change : record.changes) attributes.of(change.a);
  writer.varint(attributes.attributes().size());
  for (const Value* attribute : attributes.attributes()) value::write_value(*attribute, out);
  writer.varint(record.changes.size());
  const Change* before = nullptr;
  for (const Change& change : record.changes) {
    write_change(change, attributes.of(change.a), before, record, out);
    before = &change;
  }
}

TxRecord read_tx(ByteReader& in) {
  TxRecord record;
  record.nonce = read_uuid(in);
  record.parent = read_hash(in);
  record.tx = in.varint();
  record.instant = Instant{in.signed_varint()};
  record.max_eid = in.varint();
  std::vector<Value> attributes;
  for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
    attributes.push_back(value::read_value(in));
  }
  const std::uint64_t changes = in.varint();
  if (changes > in.left() / kChangeBytesMin) in.fail();
  if (!in.ok()) return record;
  record.changes.reserve(static_cast<std::size_t>(changes));
  while (record.changes.size() < changes && in.ok()) {
    const Change* const before = record.changes.empty() ? nullptr : &record.changes.back();
    record.changes.push_back(read_change(in, before, attributes, record));
  }
  if (in.left() > 0) in.fail();
  return record;
}

}  // namespace stele::format
