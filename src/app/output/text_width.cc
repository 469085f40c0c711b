#include "app/output/text_width.h"

#include <algorithm>
#include <array>

#include "edn/characters.h"

namespace stele::app {

namespace {

struct Span {
  char32_t first, last;
};

// From Unicode's EastAsianWidth (W and F) and its combining marks, in blocks rather than one by
// one.
constexpr std::array<Span, 8> kNarrowToNothing = {{{0x0300, 0x036F},
                                                   {0x0483, 0x0489},
                                                   {0x0591, 0x05BD},
                                                   {0x064B, 0x065F},
                                                   {0x200B, 0x200F},
                                                   {0x20D0, 0x20FF},
                                                   {0xFE00, 0xFE0F},
                                                   {0xFE20, 0xFE2F}}};
constexpr std::array<Span, 9> kWide = {{{0x1100, 0x115F},
                                        {0x2E80, 0xA4CF},
                                        {0xAC00, 0xD7A3},
                                        {0xF900, 0xFAFF},
                                        {0xFE30, 0xFE6F},
                                        {0xFF00, 0xFF60},
                                        {0xFFE0, 0xFFE6},
                                        {0x1F300, 0x1FAFF},
                                        {0x20000, 0x3FFFD}}};

template <std::size_t N>
bool is_in(const std::array<Span, N>& spans, char32_t c) {
  return std::any_of(spans.begin(), spans.end(),
                     [c](Span span) { return span.first <= c && c <= span.last; });
}

std::size_t width_of(char32_t c) {
  if (c < 0x0300) return 1;
  if (is_in(kNarrowToNothing, c)) return 0;
  return is_in(kWide, c) ? 2 : 1;
}

edn::Decoded next_of(std::string_view text) {
  const auto decoded = edn::decode(text);
  return decoded.bytes ? decoded : edn::Decoded{0xFFFD, 1};  // not UTF-8: a byte is a column
}

}  // namespace

std::size_t text_width(std::string_view utf8) {
  std::size_t columns = 0;
  while (!utf8.empty()) {
    const auto next = next_of(utf8);
    columns += width_of(next.code_point);
    utf8.remove_prefix(next.bytes);
  }
  return columns;
}

std::string fitted(std::string_view utf8, std::size_t columns) {
  if (text_width(utf8) <= columns) return std::string(utf8);
  std::size_t bytes = 0, used = 1;  // the ellipsis
  while (bytes < utf8.size()) {
    const auto next = next_of(utf8.substr(bytes));
    if (used + width_of(next.code_point) > columns) break;
    used += width_of(next.code_point);
    bytes += next.bytes;
  }
  return std::string(utf8.substr(0, bytes)) + "…";
}

std::string on_one_line(std::string_view utf8) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string line;
  for (char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (c == '\r') {
      line += "\\r";
    } else {
      line += "\\u00";
      line += kHex[byte >> 4];
      line += kHex[byte & 15];
    }
  }
  return line;
}

}  // namespace stele::app
