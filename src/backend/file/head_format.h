// The bytes of a head's file: what lies where, and how to tell whole, torn and corrupt apart.
//
// A head is a byte string that is replaced or appended to. Its file holds the bytes of the last
// replacement (the *body*) and one *frame* for each append since; behind them zeros wait for
// frames to come. Integers are little-endian, checksums are XXH3-64.
//
//   offset  bytes
//        0      8  magic "stelehd\n"
//        8      4  format version, 1
//       12      4  bytes of this header, 64
//       16      8  generation: one more than that of the file which this one replaced; 1 at first
//       24      8  bytes of the body, n
//       32      8  checksum of the body and the zeros behind it, seeded with the generation
//       40     16  zeros
//       56      8  checksum of bytes 0 … 55
//       64      n  body
//                  zeros up to a multiple of 16
//
// then frames, each at a multiple of 16:
//
//        0      4  bytes of the payload, m >= 1
//        4      4  lower half of the checksum of bytes 0 … 3 and 8 … 15, seeded with the chain
//        8      8  checksum of payload and filler, seeded with the chain
//       16      m  payload
//                  filler: 4 … 19 bytes 0xff, up to a multiple of 16
//
// then zeros, or nothing, up to the end of the file.
//
// The *chain* that seeds a frame's checksums is the checksum of the frame before, for the first
// frame that of the header. So a frame is valid in one place of one file only, and the last chain
// value names the whole content.
//
// Torn or corrupt. Header and body are flushed before the file gets its name: damage there is never
// a torn write. A frame may be torn: a power cut keeps some of its 512-byte sectors and loses
// others, which then are zeros. Two rules make the difference between a torn frame and a damaged
// one visible:
//   * A frame's header never crosses a sector boundary (16 divides 512) and checks itself. So it
//     is all there, or all zeros, or corrupt, and its length can be believed.
//   * The part of a frame in each sector it touches has two bytes that are not zero, so no single
//     damaged byte makes it look lost. Header and filler see to that at the ends; a payload with
//     such a run of zeros inside is not appended but written as a new body.
// So a frame with a bad checksum is torn if the file ends in it or its part of some sector is all
// zeros. Otherwise it is corrupt.
#pragma once

#include <stele/result.h>
#include <stele/store.h>

#include "base/bytes.h"

namespace stele::backend {

inline constexpr std::size_t kSectorBytes = 512;
inline constexpr std::size_t kFrameAlignment = 16;
inline constexpr std::size_t kHeadHeaderBytes = 64;
inline constexpr std::size_t kFrameHeaderBytes = 16;
inline constexpr std::size_t kFillerBytesMin = 4;
// Longer appends are written as a new body.
inline constexpr std::size_t kFramePayloadBytesMax = 16 << 20;

struct HeadHeader {
  std::uint64_t generation = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t body_checksum = 0;
  std::uint64_t chain = 0;  // the header's own checksum

  // Where the first frame is.
  std::uint64_t body_end() const;
};

// A place between frames.
struct HeadMark {
  std::uint64_t logical = 0;   // bytes of the head up to here
  std::uint64_t physical = 0;  // bytes of the file up to here
  std::uint64_t chain = 0;
};

// A whole file: header and body.
base::Bytes encode_head(std::uint64_t generation, base::ByteView body);
// From the first kHeadHeaderBytes of a file (or all of a shorter one). The error, `corrupt`
// `:store/corrupt`, does not name the file: the caller adds it.
Result<HeadHeader> decode_head_header(base::ByteView bytes);
// `body` with the zeros behind it, all up to body_end().
Done check_head_body(const HeadHeader& header, base::ByteView body);

// 0 if the payload cannot be a frame because of its length.
std::size_t frame_bytes(std::size_t payload_bytes);
// The frame for a payload of 1 … kFramePayloadBytesMax bytes; `after` becomes the mark behind it.
base::Bytes encode_frame(base::ByteView payload, const HeadMark& at, HeadMark& after);
// May it be appended at this place in the file? See above.
bool can_be_told_from_torn(base::ByteView frame, std::uint64_t physical);

struct FrameScan {
  enum class State : std::uint8_t {
    whole,
    end,      // zeros, or the end of the file
    torn,     // never acknowledged
    corrupt,  // or a frame that is just being written, if one looks without the lock
    more,     // `bytes_wanted` bytes from the mark on are needed to tell
  };
  State state = State::end;
  base::ByteView payload;  // whole
  HeadMark after;          // whole
  std::uint64_t bytes_wanted = 0;
};

// The frame at `at`. `bytes` are those of the file from `at.physical` on; `to_end` tells whether
// the file ends with them.
FrameScan scan_frame(base::ByteView bytes, bool to_end, const HeadMark& at);

// The version of a head that ends at `end`, and the mark that a version names (chain and logical
// only); false if the token is not of this backend.
HeadVersion version_at(const HeadHeader& header, const HeadMark& end);
bool parse_version(const HeadVersion& version, std::uint64_t& generation, HeadMark& end);

}  // namespace stele::backend
