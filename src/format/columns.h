// Columns of integers at rest: 64-bit numbers in whichever of six encodings is smallest.
//
// Numbers count as signed when they are compared for packing (ids are far below 2^63, and times may
// be negative); arithmetic is modulo 2^64, so decoding need not know. How many numbers a column has
// is known from outside. A column of no numbers takes no bytes.
//
// Not thread safe: encoder and decoder hold scratch space, one per leaf is usual.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "format/array.h"

namespace stele::format {

// The first byte of a column. Persisted: the numbers never change. docs/format.md has the bytes.
enum class Encoding : std::uint8_t {
  constant = 0,    // one number for all
  packed = 1,      // blocks of 128 over their least number (frame of reference)
  delta = 2,       // packed differences to the number before
  runs = 3,        // numbers and how often each repeats
  dictionary = 4,  // at most 256 distinct numbers, and packed positions among them
  raw = 5,         // eight bytes each
};
inline constexpr int kEncodingCount = 6;

// How blocks of numbers would be packed.
struct Packing {
  std::uint64_t base = 0;            // the least number
  int base_bytes = 0;                // by which a block tells how far above it begins
  std::vector<std::uint64_t> least;  // of each block
  std::vector<std::uint8_t> widths;  // of each block, in bits
  std::size_t bytes = 0;             // in all
};

class IntegerEncoder {
 public:
  // Appends the column. A few ns a number; scratch is reused.
  void encode(std::span<const std::uint64_t> numbers, base::Bytes& out);

 private:
  // What one pass over the numbers finds out.
  struct Measure {
    Packing packed;
    Packing delta;
    std::uint64_t start = 0;  // delta: what the first difference is added to
    std::size_t run_count = 0;
  };
  static void measure(std::span<const std::uint64_t> numbers, Measure& into);
  struct Choice {
    Encoding encoding;
    std::size_t bytes;
  };
  static Choice choose_plain(const Measure& measure, std::size_t count);

  void encode_plain(std::span<const std::uint64_t> numbers, base::Bytes& out);
  void write_plain(Encoding encoding, const Measure& measure,
                   std::span<const std::uint64_t> numbers, base::Bytes& out);
  bool try_runs(std::span<const std::uint64_t> numbers, std::size_t bytes_max);
  bool try_dictionary(std::span<const std::uint64_t> numbers, std::size_t bytes_max);

  Measure measure_, nested_;
  Array<std::uint64_t> first_, second_, deltas_;
  base::Bytes trial_;
};

class IntegerDecoder {
 public:
  // Fills `numbers` with the column that begins at the reader; the reader fails on anything
  // malformed. 0.1 to 0.6 ns a number.
  void decode(base::ByteReader& in, std::span<std::uint64_t> numbers);

 private:
  void decode_runs(base::ByteReader& in, std::span<std::uint64_t> numbers);
  void decode_dictionary(base::ByteReader& in, std::span<std::uint64_t> numbers);

  Array<std::uint64_t> first_, second_;
};

}  // namespace stele::format
