// Relation: one requirement out of a field like Depends, e.g. "exim4 (>= 4.9) | mail-agent": any of
// its alternatives meets it, and the first is preferred.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <stele/result.h>

namespace debian {

struct Alternative {
  std::string_view package;
  std::string_view qualifier;   // "any" of "python3:any"; often empty
  std::string_view comparison;  // "<<" "<=" "=" ">=" ">>"; empty: any version will do
  std::string_view version;

  std::string text() const;
};

// The alternatives of one requirement, in their order; views of `text`.
// Error: `invalid` `:relation/syntax`.
stele::Result<std::vector<Alternative>> read_relation(std::string_view text);

// As Debian writes it, whatever space there was.
std::string text_of(const std::vector<Alternative>& alternatives);

}  // namespace debian
