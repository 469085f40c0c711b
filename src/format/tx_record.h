// The payload of a transaction's record. Records themselves are framed in head.cc.
#pragma once

#include "format/head.h"

namespace stele::format {

inline constexpr std::size_t kNonceBytes = 16;

void write_uuid(const Uuid& uuid, base::Bytes& out);
Uuid read_uuid(base::ByteReader& in);
Hash read_hash(base::ByteReader& in);

void write_tx(const TxRecord& record, base::Bytes& out);
// The reader fails on anything malformed. Reads up to the reader's end.
TxRecord read_tx(base::ByteReader& in);

}  // namespace stele::format
