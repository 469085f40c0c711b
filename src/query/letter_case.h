// letter_case: upper and lower case of text.
//
// Covered are ASCII, Latin (through Extended-A), Greek and Cyrillic, by Unicode's simple mappings;
// and ß, which is SS in upper case. Every other character stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace stele::query {

std::string upper_case(std::string_view utf8);
std::string lower_case(std::string_view utf8);

}  // namespace stele::query
