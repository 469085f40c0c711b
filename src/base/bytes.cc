#include "base/bytes.h"

namespace stele::base {

std::string to_hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool from_hex(std::string_view hex, Bytes& out) {
  if (hex.size() % 2 != 0) return false;
  out.clear();
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]);
    const int low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return true;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t x = 0;
  for (int shift = 0; need(1); shift += 7) {
    const std::uint8_t byte = in_[at_++];
    // The tenth byte has room for one bit, and a last byte of zero would be a longer spelling.
    if (shift == 63 && byte > 1) break;
    if (shift > 0 && byte == 0) break;
    x |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return x;
  }
  fail();
  return 0;
}

}  // namespace stele::base
