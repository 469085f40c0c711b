#include "relation.h"

#include "deb822.h"

namespace debian {

namespace {

// Cuts off and gives what stands before the first of `ends`.
std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const auto part = rest.substr(0, rest.find_first_of(ends));
  rest.remove_prefix(part.size());
  return trimmed(part);
}

// "(>= 4.9)"
bool read_version(std::string_view bracket, Alternative& alternative) {
  if (bracket.size() < 3 || bracket.front() != '(') return false;
  const auto end = bracket.find(')');
  if (end == std::string_view::npos) return false;
  auto inside = trimmed(bracket.substr(1, end - 1));
  const auto length = std::min(inside.find_first_not_of("<=>"), inside.size());
  alternative.comparison = inside.substr(0, length);
  alternative.version = trimmed(inside.substr(length));
  return length > 0 && !alternative.version.empty();
}

bool read_alternative(std::string_view text, Alternative& alternative) {
  auto rest = text;
  const auto name = take_until(rest, " \t\n([<");
  const auto colon = name.find(':');
  alternative.package = name.substr(0, colon);
  if (colon != std::string_view::npos) alternative.qualifier = name.substr(colon + 1);
  rest = trimmed(rest);
  const bool has_version = !rest.empty() && rest.front() == '(';
  return !alternative.package.empty() && (!has_version || read_version(rest, alternative));
}

}  // namespace

std::string Alternative::text() const {
  std::string out(package);
  if (!qualifier.empty()) out.append(":").append(qualifier);
  if (!comparison.empty())
    out.append(" (").append(comparison).append(" ").append(version).append(")");
  return out;
}

stele::Result<std::vector<Alternative>> read_relation(std::string_view text) {
  std::vector<Alternative> alternatives;
  bool good = true;
  split(text, '|', [&](std::string_view part) {
    good = read_alternative(part, alternatives.emplace_back()) && good;
  });
  if (good && !alternatives.empty()) return alternatives;
  return stele::invalid("relation/syntax", "this is no relation between packages: \"" +
                                               std::string(text.substr(0, 80)) + "\"");
}

std::string text_of(const std::vector<Alternative>& alternatives) {
  std::string out;
  for (const auto& alternative : alternatives) {
    out.append(out.empty() ? "" : " | ").append(alternative.text());
  }
  return out;
}

}  // namespace debian
