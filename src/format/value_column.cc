#include "format/value_column.h"

#include <array>
#include <bit>

#include "base/hash.h"
#include "format/limits.h"

namespace stele::format {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteView;
using base::ByteWriter;
using value::int_of;
using value::pointer_of;
using value::text_of;

constexpr std::size_t kFrontRestart = 16;
// Front-coding fewer texts is not worth looking at, and it has to save a quarter: it decodes ten
// times slower than texts in place.
constexpr std::size_t kFrontRowsMin = 32;

constexpr std::uint32_t kNanBits = 0x7fc00000;

// Floats lie in cells as doubles. The conversions of a NaN differ between machines; its bits do
// not.
std::uint32_t float_bits(Cell cell) {
  const double d = value::double_of(cell);
  return d == d ? std::bit_cast<std::uint32_t>(static_cast<float>(d)) : kNanBits;
}
Cell cell_of_float(std::uint32_t bits) {
  return value::cell_of(static_cast<double>(std::bit_cast<float>(bits)));
}

// A text with its length before it.
ByteView sized_text_of(Cell cell) {
  const ByteView text = text_of(cell);
  const std::uint8_t* const begin = pointer_of(cell);
  return {begin, static_cast<std::size_t>(text.data() + text.size() - begin)};
}

void append(ByteView bytes, Bytes& out) { out.insert(out.end(), bytes.begin(), bytes.end()); }

std::size_t texts_bytes(std::span<const Cell> cells) {
  std::size_t bytes = 0;
  for (const Cell cell : cells) bytes += sized_text_of(cell).size();
  return bytes;
}

void write_texts(std::span<const Cell> cells, std::size_t bytes, Bytes& out) {
  ByteWriter(out).varint(bytes);
  out.reserve(out.size() + bytes);
  for (const Cell cell : cells) append(sized_text_of(cell), out);
}

std::size_t shared_bytes(ByteView a, ByteView b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t n = 0;
  while (n < most && a[n] == b[n]) ++n;
  return n;
}

struct FrontSize {
  std::size_t coded = 0;
  std::size_t whole = 0;  // once decoded
  bool possible = true;
};

// Tells `visit(shared, rest)` of every text; shared is -1 where a text begins anew.
template <typename Visit>
void walk_front(std::span<const Cell> cells, Visit visit) {
  ByteView before;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const ByteView text = text_of(cells[i]);
    if (i % kFrontRestart == 0) {
      visit(std::ptrdiff_t{-1}, text);
    } else {
      const std::size_t shared = shared_bytes(before, text);
      visit(static_cast<std::ptrdiff_t>(shared), text.subspan(shared));
    }
    before = text;
  }
}

FrontSize measure_front(std::span<const Cell> cells) {
  FrontSize size;
  walk_front(cells, [&](std::ptrdiff_t shared, ByteView rest) {
    const std::size_t kept = shared < 0 ? 0 : static_cast<std::size_t>(shared);
    const std::size_t length = kept + rest.size();
    size.coded +=
        (shared < 0 ? 0 : base::varint_bytes(kept)) + base::varint_bytes(rest.size()) + rest.size();
    size.whole += base::varint_bytes(length) + length;
    size.possible &= length <= kFrontTextBytesMax;
  });
  return size;
}

void write_front(std::span<const Cell> cells, const FrontSize& size, Bytes& out) {
  ByteWriter writer(out);
  writer.varint(size.whole);
  writer.varint(size.coded);
  walk_front(cells, [&](std::ptrdiff_t shared, ByteView rest) {
    if (shared >= 0) writer.varint(static_cast<std::uint64_t>(shared));
    writer.sized(rest);
  });
}

}  // namespace

// ---- Encoding -----------------------------------------------------------------------------------

void ValueEncoder::encode(Kind kind, std::span<const Cell> cells, Bytes& out) {
  out.push_back(static_cast<std::uint8_t>(kind));
  encode_plain(kind, cells, out);
}

void ValueEncoder::encode(std::span<const Kind> kinds, std::span<const Cell> cells, Bytes& out) {
  out.push_back(kMixedKind);
  std::array<bool, kKindCount> occurs{};
  numbers_.clear();
  for (const Kind kind : kinds) {
    occurs[static_cast<std::size_t>(kind)] = true;
    numbers_.push_back(static_cast<std::uint64_t>(kind));
  }
  integers_.encode(numbers_.all(), out);
  for (int k = 0; k < kKindCount; ++k) {
    if (!occurs[static_cast<std::size_t>(k)]) continue;
    const auto kind = static_cast<Kind>(k);
    cells_.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (kinds[i] == kind) cells_.push_back(cells[i]);
    }
    encode_plain(kind, cells_.all(), out);
  }
}

void ValueEncoder::encode_plain(Kind kind, std::span<const Cell> cells, Bytes& out) {
  if (value::is_pointer(kind)) return encode_texts(kind, cells, out);
  if (kind == Kind::float32) return encode_float32(cells, out);
  integers_.encode(cells, out);
}

void ValueEncoder::encode_float32(std::span<const Cell> cells, Bytes& out) {
  numbers_.clear();
  for (const Cell cell : cells) numbers_.push_back(float_bits(cell));
  integers_.encode(numbers_.all(), out);
}

// Finds the distinct texts, in the order in which they first occur, and the position of each text
// among them. Gives up when more than half are distinct.
bool ValueEncoder::find_distinct(std::span<const Cell> cells) {
  const std::size_t distinct_max = cells.size() / 2;
  const std::size_t mask = std::bit_ceil(2 * cells.size()) - 1;
  slots_.resize(mask + 1);
  std::memset(slots_.data(), 0, slots_.size() * sizeof(std::uint32_t));  // position + 1; 0: free
  distinct_.clear();
  codes_.resize(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0 && cells[i] == cells[i - 1]) {
      codes_[i] = codes_[i - 1];
      continue;
    }
    const ByteView text = text_of(cells[i]);
    std::size_t at = static_cast<std::size_t>(base::xxh3(text)) & mask;
    while (slots_[at] != 0 &&
           !value::detail::equal_bytes(text_of(distinct_[slots_[at] - 1]), text)) {
      at = (at + 1) & mask;
    }
    if (slots_[at] == 0) {
      if (distinct_.size() == distinct_max) return false;
      distinct_.push_back(cells[i]);
      slots_[at] = static_cast<std::uint32_t>(distinct_.size());
    }
    codes_[i] = slots_[at] - 1;
  }
  return true;
}

void ValueEncoder::write_dictionary(std::size_t bytes, Bytes& out) {
  out.push_back(static_cast<std::uint8_t>(TextEncoding::dictionary));
  ByteWriter(out).varint(distinct_.size());
  write_texts(distinct_.all(), bytes, out);
  if (distinct_.size() > 1) integers_.encode(codes_.all(), out);
}

void ValueEncoder::encode_texts(Kind kind, std::span<const Cell> cells, Bytes& out) {
  const std::size_t in_place = texts_bytes(cells);
  std::size_t best = in_place;
  std::size_t entries = 0;
  bool with_dictionary = false;
  if (find_distinct(cells)) {
    entries = texts_bytes(distinct_.all());
    const auto width = static_cast<std::size_t>(std::bit_width(distinct_.size() - 1));
    const std::size_t bytes = entries + cells.size() * width / 8;
    with_dictionary = bytes < in_place;
    best = std::min(best, bytes);
  }
  if (value::detail::is_ordered_text(kind) && cells.size() >= kFrontRowsMin) {
    const FrontSize front = measure_front(cells);
    if (front.possible && front.coded * 4 <= best * 3) {
      out.push_back(static_cast<std::uint8_t>(TextEncoding::front));
      return write_front(cells, front, out);
    }
  }
  if (with_dictionary) return write_dictionary(entries, out);
  out.push_back(static_cast<std::uint8_t>(TextEncoding::in_place));
  write_texts(cells, in_place, out);
}

// ---- Decoding -----------------------------------------------------------------------------------

namespace {

// Walks over texts in place.
class Texts {
 public:
  explicit Texts(ByteView bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool at_end() const { return at_ == end_; }
  // False if what follows is no varint, or a longer one than needed.
  bool take_varint(std::uint64_t& x) {
    if (at_ == end_) return false;
    x = *at_;
    if (x >= 0x80) return take_long_varint(x);
    ++at_;
    return true;
  }
  bool take(std::uint64_t size, ByteView& bytes) {
    if (size > static_cast<std::size_t>(end_ - at_)) return false;
    bytes = {at_, static_cast<std::size_t>(size)};
    at_ += size;
    return true;
  }
  bool take_text(Cell& cell, ByteView& text) {
    cell = value::cell_of_pointer(at_);
    std::uint64_t size;
    return take_varint(size) && take(size, text);
  }

 private:
  bool take_long_varint(std::uint64_t& x) {
    ByteReader in({at_, static_cast<std::size_t>(end_ - at_)});
    x = in.varint();
    if (!in.ok()) return false;
    at_ += in.offset();
    return true;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

bool is_any_text_valid(Kind kind) { return kind == Kind::string || kind == Kind::bytes; }

void decode_in_place(Kind kind, ByteReader& in, std::span<Cell> cells) {
  Texts texts(in.sized());
  const bool checks = !is_any_text_valid(kind);
  for (Cell& cell : cells) {
    ByteView text;
    if (!texts.take_text(cell, text)) return in.fail();
    if (checks && !value::is_valid_text(kind, text)) return in.fail();
  }
  if (!texts.at_end()) in.fail();
}

// Are these cells of this kind?
bool are_valid(Kind kind, std::span<const Cell> cells) {
  const auto all_up_to = [&](Cell most) {
    Cell greatest = 0;
    for (const Cell cell : cells) greatest = std::max(greatest, cell);
    return greatest <= most;
  };
  switch (kind) {
    case Kind::nil:
      return all_up_to(0);
    case Kind::boolean:
      return all_up_to(1);
    case Kind::character:
      return all_up_to(0x10ffff);
    case Kind::float64: {
      bool valid = true;
      for (const Cell cell : cells) valid &= cell == value::cell_of(value::double_of(cell));
      return valid;
    }
    default:
      return true;
  }
}

// Turns the bits of floats into cells; false if some are no float's.
bool widen_floats(std::span<Cell> cells) {
  for (Cell& cell : cells) {
    const auto bits = static_cast<std::uint32_t>(cell);
    const Cell widened = cell_of_float(bits);
    if (cell != float_bits(widened)) return false;
    cell = widened;
  }
  return true;
}

}  // namespace

std::uint8_t ValueDecoder::decode(ByteReader& in, std::span<Cell> cells, Array<Kind>& kinds) {
  const std::uint8_t kind = in.u8();
  if (kind == kMixedKind) {
    decode_mixed(in, cells, kinds);
  } else if (kind < kKindCount) {
    decode_plain(static_cast<Kind>(kind), in, cells);
  } else {
    in.fail();
  }
  return kind;
}

void ValueDecoder::decode_mixed(ByteReader& in, std::span<Cell> cells, Array<Kind>& kinds) {
  integers_.decode(in, cells);
  if (!in.ok()) return;
  std::array<std::size_t, kKindCount> counts{};
  kinds.resize(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] >= kKindCount) return in.fail();
    kinds[i] = static_cast<Kind>(cells[i]);
    ++counts[static_cast<std::size_t>(cells[i])];
  }
  for (int k = 0; k < kKindCount; ++k) {
    const std::size_t count = counts[static_cast<std::size_t>(k)];
    if (count == cells.size()) return in.fail();  // not mixed at all
    if (count == 0) continue;
    cells_.resize(count);
    decode_plain(static_cast<Kind>(k), in, cells_.all());
    if (!in.ok()) return;
    for (std::size_t i = 0, next = 0; i < cells.size(); ++i) {
      if (kinds[i] == static_cast<Kind>(k)) cells[i] = cells_[next++];
    }
  }
}

void ValueDecoder::decode_plain(Kind kind, ByteReader& in, std::span<Cell> cells) {
  if (value::is_pointer(kind)) return decode_texts(kind, in, cells);
  integers_.decode(in, cells);
  if (!in.ok()) return;
  const bool valid = kind == Kind::float32 ? widen_floats(cells) : are_valid(kind, cells);
  if (!valid) in.fail();
}

void ValueDecoder::decode_texts(Kind kind, ByteReader& in, std::span<Cell> cells) {
  switch (static_cast<TextEncoding>(in.u8())) {
    case TextEncoding::in_place:
      return decode_in_place(kind, in, cells);
    case TextEncoding::dictionary:
      return decode_dictionary(kind, in, cells);
    case TextEncoding::front:
      return decode_front(kind, in, cells);
    default:
      return in.fail();
  }
}

void ValueDecoder::decode_dictionary(Kind kind, ByteReader& in, std::span<Cell> cells) {
  const std::uint64_t count = in.varint();
  if (count == 0 || count > cells.size()) return in.fail();
  distinct_.resize(static_cast<std::size_t>(count));
  decode_in_place(kind, in, distinct_.all());
  if (!in.ok()) return;
  if (count == 1) return std::fill(cells.begin(), cells.end(), distinct_[0]);
  integers_.decode(in, cells);
  if (!in.ok()) return;
  Cell greatest = 0;
  for (const Cell code : cells) greatest = std::max(greatest, code);
  if (greatest >= count) return in.fail();
  for (Cell& cell : cells) cell = distinct_[static_cast<std::size_t>(cell)];
}

void ValueDecoder::decode_front(Kind kind, ByteReader& in, std::span<Cell> cells) {
  if (!value::detail::is_ordered_text(kind)) return in.fail();
  const std::uint64_t whole = in.varint();
  const ByteView coded = in.sized();
  // What a text brings is at most sixteen times in what decodes, and a length is two bytes at most.
  const std::uint64_t lengths = 2 * std::uint64_t{cells.size()};
  if (whole > lengths + cells.size() * std::uint64_t{kFrontTextBytesMax} ||
      whole > lengths + coded.size() * std::uint64_t{kFrontRestart}) {
    return in.fail();
  }
  std::uint8_t* to = arena_.allocate(static_cast<std::size_t>(whole));
  std::uint8_t* const to_end = to + whole;
  Texts texts(coded);
  const bool checks = !is_any_text_valid(kind);
  ByteView before;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::uint64_t shared = 0;
    std::uint64_t rest_size;
    ByteView rest;
    if (i % kFrontRestart != 0 && !texts.take_varint(shared)) return in.fail();
    if (shared > before.size() || !texts.take_varint(rest_size) || !texts.take(rest_size, rest)) {
      return in.fail();
    }
    const std::size_t size = static_cast<std::size_t>(shared) + rest.size();
    if (size > kFrontTextBytesMax ||
        base::varint_bytes(size) + size > static_cast<std::size_t>(to_end - to)) {
      return in.fail();
    }
    cells[i] = value::cell_of_pointer(to);
    to = base::put_varint(to, size);
    if (shared > 0) std::memcpy(to, before.data(), static_cast<std::size_t>(shared));
    if (!rest.empty()) std::memcpy(to + shared, rest.data(), rest.size());
    before = {to, size};
    to += size;
    if (checks && !value::is_valid_text(kind, before)) return in.fail();
  }
  if (!texts.at_end() || to != to_end) in.fail();
}

}  // namespace stele::format
