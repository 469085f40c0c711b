#include "app/output/plain.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "edn/characters.h"
#include "edn/writer.h"

namespace stele::app {

namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string digits_of(const Value& number) {
  const double value = number.as_double();
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::array<char, 32> room;
  char* const end = room.data() + room.size();
  const auto written = number.is(Kind::float32)
                           ? std::to_chars(room.data(), end, static_cast<float>(value))
                           : std::to_chars(room.data(), end, value);
  std::string text(room.data(), written.ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string rfc3339(Instant instant) {
  std::string text = to_string(instant);
  return text.replace(text.size() - 6, 6, "Z");  // EDN ends it with -00:00
}

std::string name_of(const Value& value) {
  std::string text(value.ns());
  if (!text.empty()) text += '/';
  return text += value.name();
}

}  // namespace

std::string plain_key(const Value& key) {
  const bool is_name = key.is(Kind::string) || key.is(Kind::keyword) || key.is(Kind::symbol);
  return is_name ? plain(key) : edn::write(key);
}

bool has_plain(const Value& value) {
  switch (value.kind()) {
    case Kind::float_array:
    case Kind::double_array:
    case Kind::vector:
    case Kind::list:
    case Kind::set:
    case Kind::map:
    case Kind::tagged:
      return false;
    default:
      return true;
  }
}

std::string plain(const Value& value) {
  switch (value.kind()) {
    case Kind::nil:
      return "null";
    case Kind::boolean:
      return value.as_bool() ? "true" : "false";
    case Kind::int64:
      return std::to_string(value.as_int64());
    case Kind::float64:
    case Kind::float32:
      return digits_of(value);
    case Kind::instant:
      return rfc3339(value.as_instant());
    case Kind::string:
      return std::string(value.as_string());
    case Kind::keyword:
    case Kind::symbol:
      return name_of(value);
    case Kind::uuid:
      return to_string(value.as_uuid());
    case Kind::bytes:
      return hex(value.as_bytes());
    case Kind::bigint:
    case Kind::bigdec:
      return value.as_decimal();
    case Kind::character: {
      std::string text;
      edn::append_utf8(text, value.as_character());
      return text;
    }
    default:
      break;
  }
  STELE_CHECK(false);
}

}  // namespace stele::app
