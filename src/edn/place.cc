#include "edn/place.h"

#include <algorithm>

#include <stele/value.h>

#include "base/text.h"
#include "edn/characters.h"

namespace stele::edn {
namespace {

// Code points shown before and behind the place; a longer line is cut.
constexpr std::size_t kColumnsBefore = 48;
constexpr std::size_t kColumnsBehind = 24;
constexpr std::size_t kShownBytesMax = 60;
constexpr std::string_view kEllipsis = "…";

std::size_t line_begin(std::string_view text, std::size_t offset) {
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t line_end(std::string_view text, std::size_t offset) {
  std::size_t end = std::min(text.find('\n', offset), text.size());
  if (end > offset && text[end - 1] == '\r') --end;
  return end;
}

// One column for each code point, whatever the bytes are: what would move the cursor becomes a
// space, what is not UTF-8 the replacement character.
void append_printable(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const Decoded decoded = decode(text);
    if (decoded.bytes == 0) {
      out += "\uFFFD";
      text.remove_prefix(1);
      while (!text.empty() && is_continuation(text[0])) text.remove_prefix(1);
      continue;
    }
    const bool moves = decoded.code_point < 0x20 || decoded.code_point == 0x7F ||
                       (is_invisible(decoded.code_point) && decoded.code_point != 0x3000);
    out += moves ? std::string_view(" ") : text.substr(0, decoded.bytes);
    text.remove_prefix(decoded.bytes);
  }
}

// The line with the caret under it.
std::string excerpt(std::string_view text, std::size_t offset, std::size_t line) {
  std::size_t begin = offset;
  std::size_t end = offset;
  const std::size_t first = line_begin(text, offset);
  const std::size_t last = line_end(text, offset);
  for (std::size_t n = 0; begin > first && n < kColumnsBefore; ++n) do
      --begin;
    while (begin > first && is_continuation(text[begin]));
  for (std::size_t n = 0; end < last && n < kColumnsBehind; ++n) do
      ++end;
    while (end < last && is_continuation(text[end]));

  std::string before = begin > first ? std::string(kEllipsis) : std::string();
  append_printable(before, text.substr(begin, offset - begin));
  const std::string number = base::text(line);
  std::string out = base::text("\n  ", number, " | ", before);
  append_printable(out, text.substr(offset, end - offset));
  if (end < last) out += kEllipsis;
  while (out.back() == ' ') out.pop_back();
  out += base::text("\n  ", std::string(number.size(), ' '), " | ",
                    std::string(count_code_points(before), ' '), "^");
  return out;
}

}  // namespace

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t begin = line_begin(text, offset);
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          1 + count_code_points(before.substr(begin))};
}

std::string to_string(Place place) {
  return base::text("line ", place.line, ", column ", place.column);
}

Error unreadable(std::string_view text, std::size_t offset, std::string_view code,
                 std::string_view problem) {
  const Place place = place_of(text, offset);
  return invalid(code, base::text("unreadable EDN at ", to_string(place), ": ", problem,
                                  excerpt(text, offset, place.line)))
      .with("line", Value(place.line))
      .with("column", Value(place.column))
      .with("offset", Value(offset));
}

std::string shown(std::string_view token) {
  const std::string_view cut = prefix(token, kShownBytesMax);
  std::string out;
  append_printable(out, cut);
  if (cut.size() < token.size()) out += kEllipsis;
  return out;
}

}  // namespace stele::edn
