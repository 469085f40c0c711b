#include "backend/s3/head_envelope.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "base/text.h"

namespace stele::backend {
namespace {

constexpr std::string_view kMagic = "steleS3\n";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedBytes = 19;

}  // namespace

bool HeadEnvelope::has(std::uint64_t nonce) const {
  return std::ranges::find(nonces, nonce) != nonces.end();
}

base::Bytes HeadEnvelope::seal(base::ByteView head) const {
  STELE_CHECK(!nonces.empty() && nonces.size() <= kNoncesMax);
  base::Bytes out;
  out.reserve(kFixedBytes + 8 * nonces.size() + 8 + head.size());
  base::ByteWriter writer(out);
  writer.bytes(base::view(kMagic));
  writer.u8(kVersion);
  writer.u8(static_cast<std::uint8_t>(dialect));
  writer.u8(static_cast<std::uint8_t>(nonces.size()));
  writer.u64(server);
  for (const auto nonce : nonces) writer.u64(nonce);
  writer.u64(base::xxh3(out));
  writer.bytes(head);
  return out;
}

Result<OpenedHead> open_envelope(base::ByteView object) {
  base::ByteReader reader(object);
  if (base::text(reader.bytes(kMagic.size())) != kMagic) {
    return corrupt("store/head", "at byte 0: it does not begin as a head does");
  }
  if (const auto version = reader.u8(); reader.ok() && version != kVersion) {
    return corrupt("store/head", base::text("at byte 8: its layout is ", version,
                                            ", which a later version of stele wrote, or nobody"));
  }
  OpenedHead opened;
  const auto dialect = reader.u8();
  const std::size_t count = reader.u8();
  opened.envelope.server = reader.u64();
  for (std::size_t i = 0; i < count; ++i) opened.envelope.nonces.push_back(reader.u64());
  const std::size_t covered = reader.offset();
  const auto checksum = reader.u64();
  if (!reader.ok() || checksum != base::xxh3(object.first(covered))) {
    return corrupt("store/head", "at byte 8: what stands before the head does not verify");
  }
  if (count == 0 || count > HeadEnvelope::kNoncesMax || dialect < 1 || dialect > 2) {
    return corrupt("store/head", "at byte 9: what stands before the head makes no sense");
  }
  opened.envelope.dialect = static_cast<Dialect>(dialect);
  opened.head = object.subspan(reader.offset());
  return opened;
}

}  // namespace stele::backend
