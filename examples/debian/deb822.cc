#include "deb822.h"

#include <algorithm>

namespace debian {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool same_letters(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view first_line(std::string_view value) {
  return trimmed(value.substr(0, value.find('\n')));
}

std::string_view Paragraph::operator[](std::string_view name) const {
  for (const auto& field : fields_) {
    if (same_letters(field.name, name)) return field.value;
  }
  return {};
}

// The line without its line feed; the position moves behind it.
std::string_view ParagraphReader::take_line() {
  const auto end = text_.find('\n', at_);
  const auto line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
  at_ += line.size() + (end == std::string_view::npos ? 0 : 1);
  ++line_;
  return line;
}

stele::Result<bool> ParagraphReader::next(Paragraph& paragraph) {
  auto& fields = paragraph.fields_;
  fields.clear();
  while (at_ < text_.size()) {
    const auto line = take_line();
    if (trimmed(line).empty()) {
      if (!fields.empty()) break;
      continue;
    }
    const bool goes_on = line[0] == ' ' || line[0] == '\t';
    const auto colon = line.find(':');
    if (goes_on ? fields.empty() : colon == 0 || colon == std::string_view::npos) {
      return stele::invalid("deb822/line", "line " + std::to_string(line_) + " is no field: \"" +
                                               std::string(line.substr(0, 60)) + "\"");
    }
    if (!goes_on) {
      fields.push_back({trimmed(line.substr(0, colon)), line.substr(colon + 1)});
    } else {  // the value ends where this line ends
      auto& value = fields.back().value;
      const auto length = static_cast<std::size_t>(line.data() + line.size() - value.data());
      value = std::string_view(value.data(), length);
    }
  }
  for (auto& field : fields) field.value = trimmed(field.value);
  return !fields.empty();
}

}  // namespace debian
