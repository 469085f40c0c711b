#include "backend/s3/s3_xml.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stele::backend {
namespace {

struct Entity {
  std::string_view name;
  char character;
};
constexpr Entity kEntities[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

void append_utf8(std::string& out, unsigned code) {
  const auto byte = [&](unsigned bits) { out += static_cast<char>(bits); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 63));
  } else {
    byte(0xf0 | (code >> 18 & 7)), byte(0x80 | (code >> 12 & 63)), byte(0x80 | (code >> 6 & 63));
  }
  byte(0x80 | (code & 63));
}

// `entity` is what stands between & and ;.
bool append_entity(std::string& out, std::string_view entity) {
  for (const auto& [name, character] : kEntities) {
    if (entity == name) return out += character, true;
  }
  if (!entity.starts_with('#')) return false;
  const bool hex = entity.starts_with("#x");
  const char* begin = entity.data() + (hex ? 2 : 1);
  const char* end = entity.data() + entity.size();
  unsigned code = 0;
  if (begin == end || std::from_chars(begin, end, code, hex ? 16 : 10).ptr != end) return false;
  append_utf8(out, code);
  return true;
}

std::string unescaped(std::string_view in) {
  std::string out;
  for (std::size_t at = 0; at < in.size(); ++at) {
    const auto end = in[at] == '&' ? in.find(';', at) : std::string_view::npos;
    if (end != std::string_view::npos && append_entity(out, in.substr(at + 1, end - at - 1))) {
      at = end;
    } else {
      out += in[at];
    }
  }
  return out;
}

}  // namespace

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view element) {
  const std::string open = base::text('<', element), close = base::text("</", element, '>');
  std::vector<std::string_view> found;
  for (std::size_t at = 0; (at = xml.find(open, at)) != std::string_view::npos;) {
    at += open.size();
    const auto mark = xml.find('>', at);
    // A longer name that begins with this one, or no end.
    if (mark == std::string_view::npos) break;
    if (mark != at && xml[at] != ' ' && xml[at] != '/') continue;
    if (xml[mark - 1] == '/') {
      found.push_back({});
      continue;
    }
    const auto end = xml.find(close, mark);
    if (end == std::string_view::npos) break;
    found.push_back(xml.substr(mark + 1, end - mark - 1));
    at = end + close.size();
  }
  return found;
}

std::string xml_text(std::string_view xml, std::string_view element) {
  const auto found = xml_elements(xml, element);
  return found.empty() ? "" : unescaped(found.front());
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto entity = std::ranges::find(kEntities, c, &Entity::character);
    if (entity == std::end(kEntities)) {
      out += c;
    } else {
      out += base::text('&', entity->name, ';');
    }
  }
  return out;
}

}  // namespace stele::backend
