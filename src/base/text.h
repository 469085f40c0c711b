// text("read ", n, " bytes of ", key): a message from its pieces.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace stele::base {

inline void append_piece(std::string& out, std::string_view piece) { out += piece; }
inline void append_piece(std::string& out, const char* piece) { out += piece; }
inline void append_piece(std::string& out, char piece) { out += piece; }
template <std::integral I>
requires(!std::same_as<I, char> && !std::same_as<I, bool>) void append_piece(std::string& out,
                                                                             I number) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

template <typename... Pieces>
std::string text(const Pieces&... pieces) {
  std::string out;
  (append_piece(out, pieces), ...);
  return out;
}

}  // namespace stele::base
