// Any bytes, decoded as a head and as what follows one; and as payloads of records whose checksums
// are right.

#include "format/head.h"

#include "base/check.h"

using namespace stele;
using namespace stele::format;

namespace {

base::Bytes with_checksum(std::uint8_t type, base::ByteView payload) {
  base::Bytes record;
  base::ByteWriter writer(record);
  writer.u8(type);
  writer.sized(payload);
  writer.u64(base::xxh3(record));
  return record;
}

void check(base::ByteView bytes) {
  const auto head = decode_head(bytes);
  if (head.ok()) STELE_CHECK(decode_head(encode_snapshot(head->snapshot)).ok());
  const auto tail = decode_tail(bytes, 0, Hash());
  if (!tail.ok()) return;
  for (const TailEntry& entry : tail->entries) {
    const base::Bytes again = encode_tx(*entry.record);
    STELE_CHECK(decode_tail(again, 0, entry.record->parent).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  check(bytes);
  check(with_checksum(1, bytes));
  check(with_checksum(2, bytes));
  check(with_checksum(3, bytes));
  static_cast<void>(decode_log_entry(bytes));
  return 0;
}
