// What the formats can hold. Every limit is here, with its unit and its reason; decoders refuse
// what lies beyond them, so that a few hostile bytes cannot ask for much memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stele::format {

// Version 0: free to change until version 1 is declared. docs/format.md describes the bytes.
inline constexpr std::uint8_t kFormatVersion = 0;

// Rows of an encoded leaf, and with it codes of attributes: both fit 16 bits. A constant column of
// that many rows decodes from three bytes to half a megabyte, and no further.
inline constexpr std::uint32_t kLeafRowsMax = 65'535;

// Children of a branch: eight times the usual fan-out, 200 kB of hashes.
inline constexpr std::uint32_t kBranchChildrenMax = 4'096;

// Levels above the leaves: with two children each they reach 2^48 rows. Nothing recurses deeper.
inline constexpr int kBranchLevelMax = 48;

// Rows below one child: sums of them cannot overflow 64 bits.
inline constexpr std::uint64_t kRowsMax = std::uint64_t{1} << 48;

// Bytes of a node's content: a leaf holds at least one row, and a row at most one value (64 MiB)
// and its attribute; twice that leaves room for both.
inline constexpr std::size_t kNodeBytesMax = std::size_t{256} << 20;

// Bytes of one value: what a transaction accepts. Larger things belong into files or objects of
// their own, which a value can name.
inline constexpr std::size_t kValueBytesMax = std::size_t{64} << 20;

// How long others may be asked to wait for the writer who made a reservation: what a lost process
// can hold them up.
inline constexpr std::uint32_t kReservationMsMax = 2'000;

// Bytes of a text that may be front-coded: longer ones gain little, and a hostile leaf could make
// sixteen copies of one.
inline constexpr std::size_t kFrontTextBytesMax = 4'096;

}  // namespace stele::format
