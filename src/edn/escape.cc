#include "edn/escape.h"

#include <optional>

#include "base/text.h"
#include "edn/characters.h"
#include "edn/place.h"

namespace stele::edn {
namespace {

struct Named {
  std::string_view name;
  char32_t code_point;
};
constexpr Named kNamed[] = {{"newline", '\n'}, {"space", ' '},      {"tab", '\t'},
                            {"return", '\r'},  {"backspace", '\b'}, {"formfeed", '\f'}};

bool is_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDFFF; }
bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Four hexadecimal digits at `at`.
std::optional<char32_t> hex_unit(std::string_view text, std::size_t at) {
  if (text.size() < at + 4) return std::nullopt;
  char32_t unit = 0;
  for (char c : text.substr(at, 4)) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    unit = unit << 4 | static_cast<char32_t>(digit);
  }
  return unit;
}

// One to three octal digits, at most 377, at the start of `text`.
struct Octal {
  char32_t code_point = 0;
  std::size_t digits = 0;
};
Octal octal(std::string_view text) {
  Octal read;
  while (read.digits < 3 && read.digits < text.size() && text[read.digits] >= '0' &&
         text[read.digits] <= '7') {
    read.code_point = read.code_point * 8 + static_cast<char32_t>(text[read.digits++] - '0');
  }
  return read;
}

Result<std::size_t> unescape_unit(std::string_view text, std::string& out) {
  const std::optional<char32_t> unit = hex_unit(text, 2);
  if (!unit) return invalid("edn/syntax", "\\u needs four hexadecimal digits");
  if (!is_surrogate(*unit)) {
    append_utf8(out, *unit);
    return std::size_t{6};
  }
  const std::optional<char32_t> low = text.substr(6, 2) == "\\u" ? hex_unit(text, 8) : std::nullopt;
  if (!is_high_surrogate(*unit) || !low || !is_low_surrogate(*low)) {
    return invalid("edn/syntax", base::text(text.substr(0, 6),
                                            " is half of a surrogate pair without its other half"));
  }
  append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
  return std::size_t{12};
}

void append_hex_unit(std::string& out, char32_t code_point) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[code_point >> shift & 0xF];
}

}  // namespace

Result<std::size_t> unescape(std::string_view text, std::string& out) {
  static constexpr std::string_view kLetters = "\"\\ntrbf";
  static constexpr std::string_view kMeanings = "\"\\\n\t\r\b\f";
  const char letter = text.size() > 1 ? text[1] : '\0';
  if (letter == 'u') return unescape_unit(text, out);
  if (const std::size_t i = kLetters.find(letter); i != std::string_view::npos) {
    out += kMeanings[i];
    return std::size_t{2};
  }
  if (const Octal read = octal(text.substr(1)); read.digits > 0) {
    if (read.code_point > 0377)
      return invalid("edn/syntax", base::text("\\", text.substr(1, 3), " is above \\377"));
    append_utf8(out, read.code_point);
    return 1 + read.digits;
  }
  const std::size_t length = text.size() > 1 ? decode(text.substr(1)).bytes : 0;
  return invalid(
      "edn/syntax",
      base::text(shown(text.substr(0, 1 + length)),
                 " is no escape; there are \\\" \\\\ \\n \\t \\r \\b \\f \\uXXXX \\NNN"));
}

Result<char32_t> read_character(std::string_view token) {
  const Decoded first = decode(token);
  if (first.bytes == token.size()) return first.code_point;
  for (const Named& named : kNamed)
    if (token == named.name) return named.code_point;
  if (token[0] == 'u') {
    const std::optional<char32_t> unit = hex_unit(token, 1);
    if (token.size() != 5 || !unit)
      return invalid("edn/syntax",
                     base::text("\\", shown(token), ": \\u needs four hexadecimal digits"));
    if (!is_surrogate(*unit)) return *unit;
    return invalid("edn/syntax", base::text("\\", token, " is half of a surrogate pair"));
  }
  if (token[0] == 'o') {
    const Octal read = octal(token.substr(1));
    if (read.digits + 1 == token.size() && read.code_point <= 0377) return read.code_point;
    return invalid("edn/syntax",
                   base::text("\\", shown(token), ": \\o needs octal digits, at most 377"));
  }
  return invalid("edn/syntax", base::text("\\", shown(token), " is no character"));
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // where what needs no escape, and is not yet in `out`, begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
    out += text.substr(plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += "\\u", append_hex_unit(out, c);
    }
  }
  out += text.substr(plain);
  out += '"';
}

void append_character(std::string& out, char32_t code_point) {
  out += '\\';
  for (const Named& named : kNamed) {
    if (code_point == named.code_point) {
      out += named.name;
      return;
    }
  }
  const bool has_shape = code_point > 0x20 && code_point != 0x7F && !is_invisible(code_point);
  if ((has_shape || code_point > 0xFFFF) && !is_surrogate(code_point)) {
    append_utf8(out, code_point);
  } else {
    out += 'u';
    append_hex_unit(out, code_point);
  }
}

}  // namespace stele::edn
