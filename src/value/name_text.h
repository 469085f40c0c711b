// The text of keywords and symbols: namespace, NUL, name.
#pragma once

#include <string_view>

namespace stele::value {

struct NameParts {
  std::string_view ns;
  std::string_view name;
};

// "ns/name" at its first slash, as Clojure does; but a text that begins with a slash ("/" divides)
// has no namespace, so that writing and reading it again gives the same name.
inline NameParts split_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos || slash == 0) return {{}, text};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace stele::value
