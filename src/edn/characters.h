// What each byte may be in EDN text, and code points in UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace stele::edn {

// Roles of a byte; a digit is a constituent as well.
inline constexpr std::uint8_t kBlank = 1;  // space, comma and the like: separates, says nothing
inline constexpr std::uint8_t kConstituent = 2;  // may stand in a symbol, keyword or number
inline constexpr std::uint8_t kDigit = 4;

namespace detail {
constexpr std::array<std::uint8_t, 256> make_roles() {
  std::array<std::uint8_t, 256> roles{};
  auto give = [&](std::string_view bytes, std::uint8_t role) {
    for (char c : bytes) roles[static_cast<unsigned char>(c)] = role;
  };
  give(" ,\t\n\v\f\r", kBlank);
  give("0123456789", kConstituent | kDigit);
  give("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", kConstituent);
  give(".*+!-_?$%&=<>|/:#'", kConstituent);
  for (std::size_t byte = 0x80; byte < 256; ++byte) roles[byte] = kConstituent;
  return roles;
}
inline constexpr auto kRoles = make_roles();
}  // namespace detail

inline std::uint8_t role(char c) { return detail::kRoles[static_cast<unsigned char>(c)]; }
inline bool is_blank(char c) { return role(c) & kBlank; }
inline bool is_constituent(char c) { return role(c) & kConstituent; }
inline bool is_digit(char c) { return role(c) & kDigit; }
inline bool is_closer(char c) { return c == ')' || c == ']' || c == '}'; }
// The value of a hexadecimal digit, or -1.
int hex_digit(char c);

// Is this a byte in the middle of a UTF-8 sequence?
inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
// Code points in well-formed text; elsewhere the bytes that are no continuations. O(n).
std::size_t count_code_points(std::string_view text);
// The longest prefix of at most `bytes_max` bytes that cuts no code point.
std::string_view prefix(std::string_view text, std::size_t bytes_max);

// A code point and how many bytes it takes; 0 bytes: there is none, or it is not well formed
// (overlong, a surrogate, above U+10FFFF, cut short).
struct Decoded {
  char32_t code_point = 0;
  std::size_t bytes = 0;
};
Decoded decode(std::string_view text);
void append_utf8(std::string& out, char32_t code_point);
// Where the first malformed sequence begins; npos if there is none. O(n), fast over ASCII.
std::size_t find_malformed(std::string_view text);

// Spaces and marks beyond ASCII that look like nothing. In data outside strings they come from
// careless pasting, and a symbol that holds one is a riddle.
bool is_invisible(char32_t code_point);
// "U+00A0"
std::string code_point_name(char32_t code_point);

}  // namespace stele::edn
