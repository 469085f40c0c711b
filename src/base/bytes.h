// Bytes as they travel: owned strings of them, views of them, and varints.
//
// Integers at rest are little-endian; lengths and small numbers are LEB128 varints.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stele::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
// Bytes that several owners read; what stores answer with.
using SharedBytes = std::shared_ptr<const Bytes>;

inline ByteView view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::string to_hex(ByteView bytes);  // lower case, two digits a byte
// False if `hex` has an odd length or a character that is no digit; `out` is then unspecified.
bool from_hex(std::string_view hex, Bytes& out);

template <typename T>
inline T load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

// Signed numbers of small magnitude as small unsigned ones: 0 -1 1 -2 … as 0 1 2 3 ….
inline std::uint64_t zigzag(std::int64_t x) {
  return (static_cast<std::uint64_t>(x) << 1) ^ static_cast<std::uint64_t>(x >> 63);
}
inline std::int64_t unzigzag(std::uint64_t x) {
  return static_cast<std::int64_t>(x >> 1) ^ -static_cast<std::int64_t>(x & 1);
}

inline constexpr int kVarintBytesMax = 10;

inline std::size_t varint_bytes(std::uint64_t x) {
  std::size_t n = 1;
  for (; x >= 0x80; x >>= 7) ++n;
  return n;
}
// Writes a varint where there is room for it; gives what follows.
inline std::uint8_t* put_varint(std::uint8_t* at, std::uint64_t x) {
  for (; x >= 0x80; x >>= 7) *at++ = static_cast<std::uint8_t>(x | 0x80);
  *at++ = static_cast<std::uint8_t>(x);
  return at;
}

// Appends to a byte string.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}
  std::size_t size() const { return out_.size(); }
  void u8(std::uint8_t x) { out_.push_back(x); }
  void u32(std::uint32_t x) { raw(&x, 4); }
  void u64(std::uint64_t x) { raw(&x, 8); }
  void varint(std::uint64_t x) {
    while (x >= 0x80) {
      out_.push_back(static_cast<std::uint8_t>(x | 0x80));
      x >>= 7;
    }
    out_.push_back(static_cast<std::uint8_t>(x));
  }
  void signed_varint(std::int64_t x) { varint(zigzag(x)); }
  void bytes(ByteView b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void sized(ByteView b) {  // varint length, then the bytes
    varint(b.size());
    bytes(b);
  }
  void sized(std::string_view s) { sized(view(s)); }

 private:
  void raw(const void* p, std::size_t n) {
    auto* b = static_cast<const std::uint8_t*>(p);
    out_.insert(out_.end(), b, b + n);
  }
  Bytes& out_;
};

// Reads from untrusted bytes. The first read past the end, or of a varint that is too long or not
// minimal, makes the reader fail for good; every later read gives zeros. Callers test `ok()` once.
class ByteReader {
 public:
  explicit ByteReader(ByteView in) : in_(in) {}
  bool ok() const { return ok_; }
  std::size_t offset() const { return at_; }
  std::size_t left() const { return in_.size() - at_; }
  void fail() {
    ok_ = false;
    at_ = in_.size();
  }

  std::uint8_t u8() { return need(1) ? in_[at_++] : 0; }
  std::uint32_t u32() { return fixed<std::uint32_t>(); }
  std::uint64_t u64() { return fixed<std::uint64_t>(); }
  std::uint64_t varint();
  std::int64_t signed_varint() { return unzigzag(varint()); }
  ByteView bytes(std::uint64_t n) {
    if (!need(n)) return {};
    auto b = in_.subspan(at_, n);
    at_ += n;
    return b;
  }
  ByteView sized() { return bytes(varint()); }
  std::string_view sized_text() { return text(sized()); }

 private:
  bool need(std::uint64_t n) {
    if (n <= left()) return true;
    fail();
    return false;
  }
  template <typename T>
  T fixed() {
    if (!need(sizeof(T))) return 0;
    T x = load<T>(in_.data() + at_);
    at_ += sizeof(T);
    return x;
  }
  ByteView in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace stele::base
