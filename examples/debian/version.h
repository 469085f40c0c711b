// The order of Debian's version numbers: "1:1.2~rc1-3" is epoch 1, version 1.2~rc1, revision 3.
#pragma once

#include <string_view>

namespace debian {

// Negative, 0 or positive. Runs of digits compare as numbers; in between letters come before all
// else, and '~' before everything, even the end: 1.2~rc1 < 1.2 < 1.2a < 1.2+b.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace debian
