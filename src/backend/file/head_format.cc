#include "backend/file/head_format.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/hash.h"
#include "base/text.h"

namespace stele::backend {
namespace {

constexpr std::string_view kMagic = "stelehd\n";
constexpr std::uint32_t kFormatVersion = 1;
constexpr std::size_t kHeaderChecksumAt = 56;

constexpr std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + kFrameAlignment - 1) / kFrameAlignment * kFrameAlignment;
}

std::uint32_t frame_header_check(std::uint32_t length, std::uint64_t checksum,
                                 std::uint64_t chain) {
  base::Bytes checked;
  base::ByteWriter writer(checked);
  writer.u32(length);
  writer.u64(checksum);
  return static_cast<std::uint32_t>(base::xxh3(checked, chain));
}

bool all_zero(base::ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
}

// Calls `visit` with the frame's part of each sector until that says false.
template <typename Visit>
bool all_sector_parts(base::ByteView frame, std::uint64_t physical, const Visit& visit) {
  while (!frame.empty()) {
    const std::size_t to_boundary = kSectorBytes - physical % kSectorBytes;
    const std::size_t part = std::min(to_boundary, frame.size());
    if (!visit(frame.first(part))) return false;
    frame = frame.subspan(part);
    physical += part;
  }
  return true;
}

Error damaged(std::string_view what) { return corrupt("store/corrupt", std::string(what)); }

}  // namespace

std::uint64_t HeadHeader::body_end() const { return kHeadHeaderBytes + aligned(body_bytes); }

base::Bytes encode_head(std::uint64_t generation, base::ByteView body) {
  base::Bytes out;
  out.reserve(kHeadHeaderBytes + aligned(body.size()));
  base::ByteWriter writer(out);
  writer.bytes(base::view(kMagic));
  writer.u32(kFormatVersion);
  writer.u32(kHeadHeaderBytes);
  writer.u64(generation);
  writer.u64(body.size());
  out.resize(kHeadHeaderBytes);
  writer.bytes(body);
  out.resize(kHeadHeaderBytes + aligned(body.size()));

  const std::uint64_t body_checksum =
      base::xxh3(base::ByteView(out).subspan(kHeadHeaderBytes), generation);
  std::memcpy(out.data() + 32, &body_checksum, 8);
  const std::uint64_t checksum = base::xxh3(base::ByteView(out).first(kHeaderChecksumAt));
  std::memcpy(out.data() + kHeaderChecksumAt, &checksum, 8);
  return out;
}

Result<HeadHeader> decode_head_header(base::ByteView bytes) {
  if (bytes.size() < kHeadHeaderBytes) return damaged("The file ends inside its header, at byte 0");
  base::ByteReader reader(bytes);
  if (base::text(reader.bytes(kMagic.size())) != kMagic)
    return damaged("It does not begin with the mark of a head, at byte 0");
  const std::uint32_t version = reader.u32();
  const std::uint32_t header_bytes = reader.u32();
  HeadHeader header;
  header.generation = reader.u64();
  header.body_bytes = reader.u64();
  header.body_checksum = reader.u64();
  header.chain = base::load<std::uint64_t>(bytes.data() + kHeaderChecksumAt);
  if (base::xxh3(bytes.first(kHeaderChecksumAt)) != header.chain)
    return damaged("The checksum of its header is wrong, at byte 0");
  if (version != kFormatVersion || header_bytes != kHeadHeaderBytes)
    return invalid("store/format", base::text("It has format version ", version,
                                              ", and this program knows only ", kFormatVersion));
  return header;
}

Done check_head_body(const HeadHeader& header, base::ByteView body) {
  if (body.size() != aligned(header.body_bytes))
    return damaged(
        base::text("The file ends inside its body, at byte ", kHeadHeaderBytes + body.size()));
  if (base::xxh3(body, header.generation) != header.body_checksum)
    return damaged(base::text("The checksum of the ", header.body_bytes,
                              " bytes of its body is wrong, at byte ", kHeadHeaderBytes));
  return {};
}

std::size_t frame_bytes(std::size_t payload_bytes) {
  if (payload_bytes == 0 || payload_bytes > kFramePayloadBytesMax) return 0;
  return aligned(kFrameHeaderBytes + payload_bytes + kFillerBytesMin);
}

base::Bytes encode_frame(base::ByteView payload, const HeadMark& at, HeadMark& after) {
  const std::size_t size = frame_bytes(payload.size());
  STELE_CHECK(size != 0);
  base::Bytes frame(size, 0xff);
  std::memcpy(frame.data() + kFrameHeaderBytes, payload.data(), payload.size());
  const std::uint64_t checksum =
      base::xxh3(base::ByteView(frame).subspan(kFrameHeaderBytes), at.chain);
  const auto length = static_cast<std::uint32_t>(payload.size());
  const std::uint32_t check = frame_header_check(length, checksum, at.chain);
  std::memcpy(frame.data(), &length, 4);
  std::memcpy(frame.data() + 4, &check, 4);
  std::memcpy(frame.data() + 8, &checksum, 8);
  after = {at.logical + payload.size(), at.physical + size, checksum};
  return frame;
}

bool can_be_told_from_torn(base::ByteView frame, std::uint64_t physical) {
  return all_sector_parts(frame, physical, [](base::ByteView part) {
    return part.size() - static_cast<std::size_t>(std::ranges::count(part, 0)) >= 2;
  });
}

FrameScan scan_frame(base::ByteView bytes, bool to_end, const HeadMark& at) {
  using State = FrameScan::State;
  if (bytes.size() < kFrameHeaderBytes) {
    if (!to_end) return {.state = State::more, .bytes_wanted = kFrameHeaderBytes};
    return {.state = all_zero(bytes) ? State::end : State::torn};
  }
  if (all_zero(bytes.first(kFrameHeaderBytes))) return {.state = State::end};

  base::ByteReader reader(bytes);
  const std::uint32_t length = reader.u32();
  const std::uint32_t check = reader.u32();
  const std::uint64_t checksum = reader.u64();
  const std::size_t size = frame_bytes(length);
  if (size == 0 || check != frame_header_check(length, checksum, at.chain))
    return {.state = State::corrupt};
  if (size > bytes.size()) {
    if (to_end) return {.state = State::torn};
    return {.state = State::more, .bytes_wanted = size};
  }
  const base::ByteView frame = bytes.first(size);
  if (base::xxh3(frame.subspan(kFrameHeaderBytes), at.chain) == checksum)
    return {.state = State::whole,
            .payload = frame.subspan(kFrameHeaderBytes, length),
            .after = {at.logical + length, at.physical + size, checksum}};
  const bool none_lost =
      all_sector_parts(frame, at.physical, [](auto part) { return !all_zero(part); });
  return {.state = none_lost ? State::corrupt : State::torn};
}

HeadVersion version_at(const HeadHeader& header, const HeadMark& end) {
  return {base::text(header.generation, '.', end.logical, '.', end.chain)};
}

bool parse_version(const HeadVersion& version, std::uint64_t& generation, HeadMark& end) {
  const char* at = version.token.data();
  const char* const stop = at + version.token.size();
  auto number = [&](std::uint64_t& out, bool last) {
    auto [next, error] = std::from_chars(at, stop, out);
    if (error != std::errc() || (last ? next != stop : next == stop || *next != '.')) return false;
    at = last ? next : next + 1;
    return true;
  };
  return number(generation, false) && number(end.logical, false) && number(end.chain, true);
}

}  // namespace stele::backend
