#include "format/columns.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/hash.h"
#include "format/bit_packing.h"

namespace stele::format {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;
using Numbers = std::span<const std::uint64_t>;

constexpr std::size_t kDistinctMax = 256;
// A dictionary has to be looked for, so only where packing needs at least this many bits each.
constexpr std::size_t kDictionaryWidthMin = 8;
// Runs shorter than this on average are not tried.
constexpr std::size_t kRunLengthMin = 3;

std::int64_t as_signed(std::uint64_t x) { return static_cast<std::int64_t>(x); }
std::uint64_t as_unsigned(std::int64_t x) { return static_cast<std::uint64_t>(x); }

std::size_t blocks_of(std::size_t count) { return (count + kBlockValues - 1) / kBlockValues; }

int bytes_for(std::uint64_t x) {
  int n = 0;
  for (; x != 0; x >>= 8) ++n;
  return n;
}

std::size_t signed_varint_bytes(std::uint64_t x) {
  return base::varint_bytes(base::zigzag(as_signed(x)));
}

// Least and greatest of the numbers seen, as signed ones.
struct Bounds {
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  std::int64_t high = std::numeric_limits<std::int64_t>::min();
  void see(std::uint64_t x) {
    low = std::min(low, as_signed(x));
    high = std::max(high, as_signed(x));
  }
};

void add_block(Packing& packing, const Bounds& bounds, std::size_t count) {
  const int width = width_of(as_unsigned(bounds.high) - as_unsigned(bounds.low));
  packing.least.push_back(as_unsigned(bounds.low));
  packing.widths.push_back(static_cast<std::uint8_t>(width));
  packing.bytes += packed_bytes(count, width);
}

// Once all blocks are known: what they have in common, and the bytes in all.
void finish(Packing& packing) {
  const auto less = [](std::uint64_t a, std::uint64_t b) { return as_signed(a) < as_signed(b); };
  const auto [low, high] = std::minmax_element(packing.least.begin(), packing.least.end(), less);
  packing.base = *low;
  packing.base_bytes = bytes_for(*high - *low);
  packing.bytes += signed_varint_bytes(packing.base) + 1 +
                   packing.least.size() * (static_cast<std::size_t>(packing.base_bytes) + 1);
}

void reset(Packing& packing) {
  packing.least.clear();
  packing.widths.clear();
  packing.bytes = 0;
}

void write_packed(const Packing& packing, Numbers numbers, Bytes& out) {
  ByteWriter writer(out);
  writer.signed_varint(as_signed(packing.base));
  writer.u8(static_cast<std::uint8_t>(packing.base_bytes));
  for (std::size_t b = 0; b < packing.least.size(); ++b) {
    std::uint64_t above = packing.least[b] - packing.base;
    for (int i = 0; i < packing.base_bytes; ++i, above >>= 8) {
      writer.u8(static_cast<std::uint8_t>(above));
    }
    writer.u8(packing.widths[b]);
  }
  for (std::size_t b = 0; b < packing.least.size(); ++b) {
    const std::size_t at = b * kBlockValues;
    const std::size_t count = std::min(kBlockValues, numbers.size() - at);
    pack_block(&numbers[at], count, packing.least[b], packing.widths[b], out);
  }
}

// The distinct numbers of a column, in the order in which they first occur. Refuses the 257th.
class DistinctNumbers {
 public:
  // The position of x, or -1 if it is one too many.
  int add(std::uint64_t x) {
    for (std::size_t at = base::mix(x, 0) % kSlots;; at = (at + 1) % kSlots) {
      const int found = slots_[at] - 1;
      if (found < 0) return count_ == kDistinctMax ? -1 : insert(x, at);
      if (numbers_[static_cast<std::size_t>(found)] == x) return found;
    }
  }
  Numbers numbers() const { return {numbers_.data(), count_}; }

 private:
  static constexpr std::size_t kSlots = 4 * kDistinctMax;
  int insert(std::uint64_t x, std::size_t slot) {
    numbers_[count_++] = x;
    slots_[slot] = static_cast<std::uint16_t>(count_);
    return static_cast<int>(count_) - 1;
  }
  std::array<std::uint64_t, kDistinctMax> numbers_;
  std::array<std::uint16_t, kSlots> slots_{};  // position + 1; 0: free
  std::size_t count_ = 0;
};

}  // namespace

// ---- Encoding -----------------------------------------------------------------------------------

void IntegerEncoder::measure(Numbers numbers, Measure& into) {
  reset(into.packed);
  reset(into.delta);
  // The first number has no difference of its own; it takes that of the second, so that a regular
  // column has regular differences.
  std::uint64_t before = numbers.size() > 1 ? 2 * numbers[0] - numbers[1] : numbers[0];
  into.start = before;
  std::size_t changes = 0;
  for (std::size_t at = 0; at < numbers.size(); at += kBlockValues) {
    const std::size_t count = std::min(kBlockValues, numbers.size() - at);
    Bounds values, deltas;
    for (const std::uint64_t x : numbers.subspan(at, count)) {
      values.see(x);
      deltas.see(x - before);
      changes += x != before;
      before = x;
    }
    add_block(into.packed, values, count);
    add_block(into.delta, deltas, count);
  }
  into.run_count = changes + (into.start == numbers[0]);
  finish(into.packed);
  finish(into.delta);
  into.delta.bytes += signed_varint_bytes(into.start);
}

// Among the encodings that need no others. Of equals the one that decodes faster.
IntegerEncoder::Choice IntegerEncoder::choose_plain(const Measure& m, std::size_t count) {
  if (m.run_count == 1) return {Encoding::constant, 1 + signed_varint_bytes(m.packed.base)};
  Choice best = {Encoding::raw, 1 + 8 * count};
  if (1 + m.packed.bytes < best.bytes) best = {Encoding::packed, 1 + m.packed.bytes};
  if (1 + m.delta.bytes < best.bytes) best = {Encoding::delta, 1 + m.delta.bytes};
  return best;
}

void IntegerEncoder::write_plain(Encoding encoding, const Measure& m, Numbers numbers, Bytes& out) {
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(encoding));
  switch (encoding) {
    case Encoding::constant:
      return writer.signed_varint(as_signed(numbers[0]));
    case Encoding::packed:
      return write_packed(m.packed, numbers, out);
    case Encoding::delta: {
      writer.signed_varint(as_signed(m.start));
      deltas_.resize(numbers.size());
      std::uint64_t before = m.start;
      for (std::size_t i = 0; i < numbers.size(); before = numbers[i++]) {
        deltas_[i] = numbers[i] - before;
      }
      return write_packed(m.delta, deltas_.all(), out);
    }
    default:
      for (const std::uint64_t x : numbers) writer.u64(x);
  }
}

void IntegerEncoder::encode_plain(Numbers numbers, Bytes& out) {
  measure(numbers, nested_);
  write_plain(choose_plain(nested_, numbers.size()).encoding, nested_, numbers, out);
}

// Each writes into trial_ and says whether that is shorter.
bool IntegerEncoder::try_runs(Numbers numbers, std::size_t bytes_max) {
  first_.clear();
  second_.clear();
  for (std::size_t i = 0, begin = 0; i < numbers.size(); begin = i) {
    for (++i; i < numbers.size() && numbers[i] == numbers[begin];) ++i;
    first_.push_back(numbers[begin]);
    second_.push_back(i - begin);
  }
  trial_.clear();
  ByteWriter writer(trial_);
  writer.u8(static_cast<std::uint8_t>(Encoding::runs));
  writer.varint(first_.size());
  encode_plain(first_.all(), trial_);
  encode_plain(second_.all(), trial_);
  return trial_.size() < bytes_max;
}

bool IntegerEncoder::try_dictionary(Numbers numbers, std::size_t bytes_max) {
  DistinctNumbers distinct;
  first_.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const int position = distinct.add(numbers[i]);
    if (position < 0 || distinct.numbers().size() > numbers.size() / 2) return false;
    first_[i] = static_cast<std::uint64_t>(position);
  }
  trial_.clear();
  ByteWriter writer(trial_);
  writer.u8(static_cast<std::uint8_t>(Encoding::dictionary));
  writer.varint(distinct.numbers().size());
  encode_plain(distinct.numbers(), trial_);
  encode_plain(first_.all(), trial_);
  return trial_.size() < bytes_max;
}

void IntegerEncoder::encode(Numbers numbers, Bytes& out) {
  if (numbers.empty()) return;
  measure(numbers, measure_);
  const Choice plain = choose_plain(measure_, numbers.size());
  if (plain.encoding != Encoding::constant) {
    if (measure_.run_count * kRunLengthMin <= numbers.size() && try_runs(numbers, plain.bytes)) {
      out.insert(out.end(), trial_.begin(), trial_.end());
      return;
    }
    if (plain.bytes * 8 >= numbers.size() * kDictionaryWidthMin &&
        try_dictionary(numbers, plain.bytes)) {
      out.insert(out.end(), trial_.begin(), trial_.end());
      return;
    }
  }
  write_plain(plain.encoding, measure_, numbers, out);
}

// ---- Decoding -----------------------------------------------------------------------------------

namespace {

std::uint64_t load_bytes(const std::uint8_t* at, int count) {
  std::uint64_t x = 0;
  for (int i = 0; i < count; ++i) x |= static_cast<std::uint64_t>(at[i]) << (8 * i);
  return x;
}

void unpack(ByteReader& in, std::span<std::uint64_t> numbers) {
  const auto base = as_unsigned(in.signed_varint());
  const int base_bytes = in.u8();
  if (base_bytes > 8) return in.fail();
  const auto entry = static_cast<std::size_t>(base_bytes) + 1;
  const base::ByteView headers = in.bytes(blocks_of(numbers.size()) * entry);
  for (std::size_t at = 0; in.ok() && at < numbers.size(); at += kBlockValues) {
    const std::uint8_t* const header = headers.data() + at / kBlockValues * entry;
    const int width = header[base_bytes];
    if (!is_width(width)) return in.fail();
    const std::size_t count = std::min(kBlockValues, numbers.size() - at);
    const std::size_t readable = in.left();
    const base::ByteView block = in.bytes(packed_bytes(count, width));
    if (!in.ok()) return;
    unpack_block(block.data(), readable, count, base + load_bytes(header, base_bytes), width,
                 &numbers[at]);
  }
}

void decode_delta(ByteReader& in, std::span<std::uint64_t> numbers) {
  auto sum = as_unsigned(in.signed_varint());
  unpack(in, numbers);
  if (!in.ok()) return;
  for (std::uint64_t& x : numbers) x = sum += x;
}

void decode_raw(ByteReader& in, std::span<std::uint64_t> numbers) {
  const base::ByteView bytes = in.bytes(numbers.size_bytes());
  if (in.ok()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
}

// The encodings that need no others.
void decode_plain(Encoding encoding, ByteReader& in, std::span<std::uint64_t> numbers) {
  switch (encoding) {
    case Encoding::constant:
      return std::fill(numbers.begin(), numbers.end(), as_unsigned(in.signed_varint()));
    case Encoding::packed:
      return unpack(in, numbers);
    case Encoding::delta:
      return decode_delta(in, numbers);
    case Encoding::raw:
      return decode_raw(in, numbers);
    default:
      return in.fail();
  }
}

}  // namespace

void IntegerDecoder::decode_runs(ByteReader& in, std::span<std::uint64_t> numbers) {
  const std::uint64_t runs = in.varint();
  if (runs == 0 || runs > numbers.size()) return in.fail();
  first_.resize(static_cast<std::size_t>(runs));
  second_.resize(static_cast<std::size_t>(runs));
  decode_plain(static_cast<Encoding>(in.u8()), in, first_.all());
  decode_plain(static_cast<Encoding>(in.u8()), in, second_.all());
  if (!in.ok()) return;
  std::size_t at = 0;
  for (std::size_t run = 0; run < first_.size(); ++run) {
    const std::uint64_t length = second_[run];
    if (length == 0 || length > numbers.size() - at) return in.fail();
    const std::uint64_t x = first_[run];
    for (const std::size_t end = at + static_cast<std::size_t>(length); at < end;) {
      numbers[at++] = x;
    }
  }
  if (at != numbers.size()) in.fail();
}

void IntegerDecoder::decode_dictionary(ByteReader& in, std::span<std::uint64_t> numbers) {
  const std::uint64_t count = in.varint();
  if (count == 0 || count > std::min(kDistinctMax, numbers.size())) return in.fail();
  first_.resize(static_cast<std::size_t>(count));
  decode_plain(static_cast<Encoding>(in.u8()), in, first_.all());
  decode_plain(static_cast<Encoding>(in.u8()), in, numbers);
  if (!in.ok()) return;
  std::uint64_t greatest = 0;
  for (const std::uint64_t code : numbers) greatest = std::max(greatest, code);
  if (greatest >= count) return in.fail();
  for (std::uint64_t& x : numbers) x = first_[static_cast<std::size_t>(x)];
}

void IntegerDecoder::decode(ByteReader& in, std::span<std::uint64_t> numbers) {
  if (numbers.empty()) return;
  switch (const auto encoding = static_cast<Encoding>(in.u8()); encoding) {
    case Encoding::runs:
      return decode_runs(in, numbers);
    case Encoding::dictionary:
      return decode_dictionary(in, numbers);
    default:
      // A reader that failed gave 0, `constant`; it stays failed.
      return decode_plain(encoding, in, numbers);
  }
}

}  // namespace stele::format
