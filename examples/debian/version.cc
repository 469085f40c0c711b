#include "version.h"

#include <algorithm>

namespace debian {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Parts {
  std::string_view epoch = "0", version, revision = "0";
};

Parts parts_of(std::string_view text) {
  Parts parts;
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto dash = text.rfind('-');
  parts.version = text.substr(0, dash);
  if (dash != std::string_view::npos) parts.revision = text.substr(dash + 1);
  return parts;
}

// Where a character stands that is no digit; a digit and the end are 0.
int place(std::string_view rest) {
  if (rest.empty() || is_digit(rest[0])) return 0;
  if (rest[0] == '~') return -1;
  const int code = static_cast<unsigned char>(rest[0]);
  return is_letter(rest[0]) ? code : code + 256;
}

std::string_view take_number(std::string_view& rest) {
  const auto digits = std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin();
  auto number = rest.substr(0, static_cast<std::size_t>(digits));
  rest.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

int compare_numbers(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? (a.size() < b.size() ? -1 : 1) : a.compare(b);
}

int compare_part(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while (place(a) != 0 || place(b) != 0) {
      if (place(a) != place(b)) return place(a) - place(b);
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    if (const int order = compare_numbers(take_number(a), take_number(b))) return order;
  }
  return 0;
}

}  // namespace

int compare_versions(std::string_view a, std::string_view b) {
  const auto x = parts_of(a), y = parts_of(b);
  if (const int order = compare_part(x.epoch, y.epoch)) return order;
  if (const int order = compare_part(x.version, y.version)) return order;
  return compare_part(x.revision, y.revision);
}

}  // namespace debian
