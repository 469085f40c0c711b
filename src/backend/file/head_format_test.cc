#include "backend/file/head_format.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace stele::backend {
namespace {

using State = FrameScan::State;

base::Bytes some_bytes(std::size_t n, unsigned seed = 1) {
  base::Bytes bytes(n);
  for (auto& b : bytes)
    b = static_cast<std::uint8_t>((seed = seed * 1664525 + 1013904223) >> 24) | 1;
  return bytes;
}

// A frame at an awkward place: its header is the last of its sector.
const HeadMark kAt{100, 496, 12345};

TEST(HeadFormat, AHeadSaysWhatItHolds) {
  const base::Bytes body = some_bytes(21);
  const base::Bytes head = encode_head(7, body);
  EXPECT_EQ(head.size(), 64u + 32u);
  auto header = decode_head_header(head);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->generation, 7u);
  EXPECT_EQ(header->body_bytes, 21u);
  EXPECT_EQ(header->body_end(), 96u);
  EXPECT_TRUE(check_head_body(*header, base::ByteView(head).subspan(64)).ok());
}

TEST(HeadFormat, EveryDamagedByteOfAHeadIsFound) {
  const base::Bytes head = encode_head(7, some_bytes(100));
  for (std::size_t i = 0; i < head.size(); ++i) {
    base::Bytes damaged = head;
    damaged[i] ^= 4;
    auto header = decode_head_header(damaged);
    if (i < kHeadHeaderBytes)
      EXPECT_FALSE(header.ok()) << i;
    else
      EXPECT_EQ(check_head_body(*header, base::ByteView(damaged).subspan(64)).error().category(),
                ErrorCategory::corrupt);
  }
  for (std::size_t n = 0; n < kHeadHeaderBytes; ++n)
    EXPECT_FALSE(decode_head_header(base::ByteView(head).first(n)).ok());
}

TEST(HeadFormat, AFrameIsReadAsItWasWritten) {
  for (std::size_t n : {1, 2, 11, 12, 13, 16, 28, 476, 512, 5000}) {
    const base::Bytes payload = some_bytes(n);
    HeadMark after;
    const base::Bytes frame = encode_frame(payload, kAt, after);
    EXPECT_EQ(frame.size(), frame_bytes(n));
    EXPECT_EQ(frame.size() % kFrameAlignment, 0u);
    EXPECT_TRUE(can_be_told_from_torn(frame, kAt.physical));
    const FrameScan scan = scan_frame(frame, true, kAt);
    ASSERT_EQ(scan.state, State::whole);
    EXPECT_TRUE(std::ranges::equal(scan.payload, payload));
    EXPECT_EQ(scan.after.logical, kAt.logical + n);
    EXPECT_EQ(scan.after.physical, kAt.physical + frame.size());
    EXPECT_EQ(scan.after.chain, after.chain);
  }
  EXPECT_EQ(frame_bytes(0), 0u);
  EXPECT_EQ(frame_bytes(kFramePayloadBytesMax + 1), 0u);
}

TEST(HeadFormat, AFrameIsValidOnlyBehindItsPredecessor) {
  HeadMark after;
  const base::Bytes frame = encode_frame(some_bytes(50), kAt, after);
  HeadMark elsewhere = kAt;
  elsewhere.chain ^= 1;
  EXPECT_EQ(scan_frame(frame, true, elsewhere).state, State::corrupt);
}

TEST(HeadFormat, AFrameThatIsCutShortIsTorn) {
  HeadMark after;
  const base::Bytes frame = encode_frame(some_bytes(1500), kAt, after);
  for (std::size_t n = 1; n < frame.size(); ++n) {
    EXPECT_EQ(scan_frame(base::ByteView(frame).first(n), true, kAt).state, State::torn) << n;
    EXPECT_EQ(scan_frame(base::ByteView(frame).first(n), false, kAt).state, State::more) << n;
  }
  EXPECT_EQ(scan_frame({}, true, kAt).state, State::end);
}

// What a power cut can leave: any of the frame's sectors, but not all.
TEST(HeadFormat, AFrameThatLostSectorsIsTorn) {
  HeadMark after;
  const base::Bytes frame = encode_frame(some_bytes(1500), kAt, after);
  const std::size_t starts[] = {0, 16, 16 + 512, 16 + 1024, frame.size()};  // of its sectors' parts
  for (unsigned lost = 1; lost < 16; ++lost) {
    base::Bytes torn = frame;
    for (unsigned s = 0; s < 4; ++s)
      if (lost >> s & 1)
        std::fill(torn.begin() + static_cast<std::ptrdiff_t>(starts[s]),
                  torn.begin() + static_cast<std::ptrdiff_t>(starts[s + 1]), std::uint8_t{0});
    torn.resize(4096);
    EXPECT_EQ(scan_frame(torn, false, kAt).state, lost & 1 ? State::end : State::torn) << lost;
  }
}

TEST(HeadFormat, AFrameWithADamagedByteIsCorrupt) {
  HeadMark after;
  base::Bytes payload = some_bytes(1500);
  // As few bytes that are not zero as an appended frame may have in a sector.
  std::fill(payload.begin() + 512, payload.begin() + 1020, std::uint8_t{0});
  const base::Bytes frame = encode_frame(payload, kAt, after);
  ASSERT_TRUE(can_be_told_from_torn(frame, kAt.physical));
  for (std::size_t i = 0; i < frame.size(); ++i)
    for (unsigned bits : {1u, 0x80u, 0xffu, static_cast<unsigned>(frame[i])}) {
      if (bits == 0) continue;
      base::Bytes damaged = frame;
      damaged[i] ^= static_cast<std::uint8_t>(bits);
      damaged.resize(8192);
      EXPECT_EQ(scan_frame(damaged, false, kAt).state, State::corrupt) << i << '^' << bits;
    }
}

TEST(HeadFormat, APayloadThatLooksTornMustNotBeAFrame) {
  HeadMark after;
  base::Bytes payload = some_bytes(1500);
  std::fill(payload.begin() + 100, payload.begin() + 1300, std::uint8_t{0});
  EXPECT_FALSE(can_be_told_from_torn(encode_frame(payload, kAt, after), kAt.physical));
  payload[800] = 1;
  EXPECT_FALSE(can_be_told_from_torn(encode_frame(payload, kAt, after), kAt.physical));
}

TEST(HeadFormat, VersionsAreReadBack) {
  HeadHeader header;
  header.generation = 3;
  std::uint64_t generation = 0;
  HeadMark end;
  ASSERT_TRUE(parse_version(version_at(header, {10, 96, UINT64_MAX}), generation, end));
  EXPECT_EQ(generation, 3u);
  EXPECT_EQ(end.logical, 10u);
  EXPECT_EQ(end.chain, UINT64_MAX);
  for (const char* token : {"", ".", "1", "1.2", "1.2.", "1.2.3.", "1.2.x", "1.2.3 ", "-1.2.3",
                            "99999999999999999999.1.1"})
    EXPECT_FALSE(parse_version({token}, generation, end)) << token;
}

}  // namespace
}  // namespace stele::backend
