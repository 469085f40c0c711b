// Columns of values at rest: the values of one attribute, in row order.
//
//   column        kind (1 byte) and its plain column; or the byte kMixedKind, the kinds as a column
//                 of integers, and for each kind that occurs, ascending, the plain column of its
//                 rows
//   plain column  nil … character   a column of integers: cells; for float32 the bits of the float
//                 texts             TextEncoding (1 byte), then as that says
//
// Texts in place decode without a copy: cells point into the encoded bytes.
//
// Not thread safe: encoder and decoder hold scratch space.
#pragma once

#include <span>

#include "base/arena.h"
#include "format/columns.h"
#include "value/cell.h"

namespace stele::format {

using value::Cell;

inline constexpr std::uint8_t kMixedKind = 0xff;

// Persisted: the numbers never change. docs/format.md has the bytes.
enum class TextEncoding : std::uint8_t {
  in_place = 0,    // one after the other
  dictionary = 1,  // distinct texts in place, and a column of positions among them
  front = 2,       // each without what it shares with the one before; every 16th is whole
};

class ValueEncoder {
 public:
  // A column whose values are all of one kind.
  void encode(Kind kind, std::span<const Cell> cells, base::Bytes& out);
  // A column of differing kinds.
  void encode(std::span<const Kind> kinds, std::span<const Cell> cells, base::Bytes& out);

  IntegerEncoder& integers() { return integers_; }

 private:
  void encode_plain(Kind kind, std::span<const Cell> cells, base::Bytes& out);
  void encode_float32(std::span<const Cell> cells, base::Bytes& out);
  void encode_texts(Kind kind, std::span<const Cell> cells, base::Bytes& out);
  bool find_distinct(std::span<const Cell> cells);
  void write_dictionary(std::size_t bytes, base::Bytes& out);

  IntegerEncoder integers_;
  Array<std::uint64_t> numbers_;
  Array<Cell> cells_;
  Array<Cell> distinct_;
  Array<std::uint64_t> codes_;
  Array<std::uint32_t> slots_;
};

class ValueDecoder {
 public:
  // Texts that cannot lie in place are put into the arena.
  explicit ValueDecoder(base::Arena& arena) : arena_(arena) {}

  // Reads a column into `cells`. Answers its kind; if it is mixed, kMixedKind, and `kinds`, of the
  // same size, tells them. The reader fails on anything malformed.
  std::uint8_t decode(base::ByteReader& in, std::span<Cell> cells, Array<Kind>& kinds);

  IntegerDecoder& integers() { return integers_; }

 private:
  void decode_mixed(base::ByteReader& in, std::span<Cell> cells, Array<Kind>& kinds);
  void decode_plain(Kind kind, base::ByteReader& in, std::span<Cell> cells);
  void decode_texts(Kind kind, base::ByteReader& in, std::span<Cell> cells);
  void decode_dictionary(Kind kind, base::ByteReader& in, std::span<Cell> cells);
  void decode_front(Kind kind, base::ByteReader& in, std::span<Cell> cells);

  base::Arena& arena_;
  IntegerDecoder integers_;
  Array<Cell> distinct_, cells_;
};

}  // namespace stele::format
