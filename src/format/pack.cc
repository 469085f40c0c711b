#include "format/pack.h"

#include <algorithm>

#include "format/corrupt.h"

namespace stele::format {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteView;
using base::ByteWriter;

constexpr std::string_view kKeyPrefix = "packs/";
constexpr std::string_view kMagic = "stelepk0";
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kEntryBytes = 32 + 8 + 4;
constexpr std::size_t kFooterBytes = 8 + 4 + 8;
constexpr std::size_t kFramesBegin = kMagic.size() + kNonceBytes;

Error corrupt_pack(std::string_view what, std::uint64_t offset) {
  return corrupt_at("pack/corrupt", what, offset);
}

bool by_hash(const PackEntry& a, const PackEntry& b) { return a.hash < b.hash; }
bool same_hash(const PackEntry& a, const PackEntry& b) { return a.hash == b.hash; }

PackEntry read_entry(ByteReader& in) {
  PackEntry entry;
  const ByteView hash = in.bytes(entry.hash.bytes.size());
  if (in.ok()) std::copy(hash.begin(), hash.end(), entry.hash.bytes.begin());
  entry.offset = in.u64();
  entry.length = in.u32();
  return entry;
}

}  // namespace

PackWriter::PackWriter(std::span<const std::uint8_t, 16> nonce) {
  ByteWriter writer(bytes_);
  writer.bytes(base::view(kMagic));
  writer.bytes(nonce);
}

Place PackWriter::add(const Frame& frame) {
  const PackEntry entry = {frame.hash, bytes_.size(),
                           static_cast<std::uint32_t>(frame.bytes.size())};
  entries_.push_back(entry);
  ByteWriter(bytes_).bytes(frame.bytes);
  return {Hash(), entry.offset, entry.length};
}

PackWriter::Finished PackWriter::finish() {
  // A frame that was added twice stays where it was first.
  std::stable_sort(entries_.begin(), entries_.end(), by_hash);
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same_hash), entries_.end());
  const std::uint64_t directory = bytes_.size();
  ByteWriter writer(bytes_);
  for (const PackEntry& entry : entries_) {
    writer.bytes(entry.hash.bytes);
    writer.u64(entry.offset);
    writer.u32(entry.length);
  }
  writer.u64(directory);
  writer.u32(static_cast<std::uint32_t>(entries_.size()));
  writer.u64(base::xxh3(ByteView(bytes_).subspan(static_cast<std::size_t>(directory))));
  const Hash name = base::sha256(bytes_);
  return {name, std::move(bytes_)};
}

std::string pack_key(const Hash& name) { return std::string(kKeyPrefix) + name.hex(); }

std::optional<Hash> pack_name(std::string_view key) {
  Hash name;
  Bytes bytes;
  if (!key.starts_with(kKeyPrefix) || !base::from_hex(key.substr(kKeyPrefix.size()), bytes) ||
      bytes.size() != name.bytes.size()) {
    return std::nullopt;
  }
  std::copy(bytes.begin(), bytes.end(), name.bytes.begin());
  return name;
}

Result<std::vector<PackEntry>> read_pack_directory(ByteView pack) {
  if (pack.size() < kFramesBegin + kFooterBytes ||
      base::text(pack.first(kMagic.size())) != kMagic) {
    return corrupt_pack("these bytes are no pack", 0);
  }
  const std::size_t footer = pack.size() - kFooterBytes;
  ByteReader in(pack.subspan(footer));
  const std::uint64_t directory = in.u64();
  const std::uint64_t count = in.u32();
  const std::uint64_t checksum = in.u64();
  if (directory < kFramesBegin || directory > footer || count * kEntryBytes != footer - directory) {
    return corrupt_pack("the footer cannot be", footer);
  }
  const auto begin = static_cast<std::size_t>(directory);
  if (base::xxh3(pack.subspan(begin, pack.size() - begin - 8)) != checksum) {
    return corrupt_pack("the directory's checksum differs", directory);
  }
  std::vector<PackEntry> entries;
  ByteReader entries_in(pack.subspan(begin, footer - begin));
  for (std::uint64_t i = 0; i < count; ++i) {
    const PackEntry entry = read_entry(entries_in);
    const bool lies_within = entry.offset >= kFramesBegin && entry.offset <= directory &&
                             entry.length <= directory - entry.offset;
    if (!lies_within || (i > 0 && !by_hash(entries.back(), entry))) {
      return corrupt_pack("a directory entry cannot be", directory + i * kEntryBytes);
    }
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace stele::format
