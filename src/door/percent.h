// Percent-encoding as it stands in URLs.
//
// Thread safety: a function of its argument.
#pragma once

#include <string>
#include <string_view>

namespace stele::door {

// %41 as A; a '%' without two hexadecimal digits stays as it is.
std::string percent_decoded(std::string_view in);

}  // namespace stele::door
