#include <string>

#include <stele/value.h>

#include "base/bytes.h"
#include "base/text.h"

namespace stele {
namespace {

constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

bool has_shape(std::string_view text) {
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if ((kShape[i] == '-') != (text[i] == '-')) return false;
  }
  return true;
}

}  // namespace

Result<Uuid> parse_uuid(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, kShape.size())) {
    if (c != '-') digits += c;
  }
  base::Bytes bytes;
  if (!has_shape(text) || !base::from_hex(digits, bytes)) {
    return invalid("edn/uuid", base::text("cannot read \"", text.substr(0, 80),
                                          "\" as a uuid; write it as "
                                          "550e8400-e29b-41d4-a716-446655440000"));
  }
  Uuid uuid;
  for (std::size_t i = 0; i < 8; ++i) {
    uuid.high = uuid.high << 8 | bytes[i];
    uuid.low = uuid.low << 8 | bytes[8 + i];
  }
  return uuid;
}

std::string to_string(const Uuid& uuid) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(kShape);
  int digit = 0;
  for (char& c : out) {
    if (c == '-') continue;
    const std::uint64_t half = digit < 16 ? uuid.high : uuid.low;
    c = kDigits[half >> (60 - 4 * (digit % 16)) & 15];
    ++digit;
  }
  return out;
}

}  // namespace stele
