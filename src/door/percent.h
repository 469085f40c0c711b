// Percent-encoding as it stands in URLs.
//
// Thread safety: functions of their arguments.
#pragma once

#include <string>
#include <string_view>

namespace stele::door {

// %41 as A; a '%' without two hexadecimal digits stays as it is.
std::string percent_decoded(std::string_view in);

// Each '%' and each of `reserved` as %41.
std::string percent_encoded(std::string_view in, std::string_view reserved);

}  // namespace stele::door
