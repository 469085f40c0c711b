// URLs and maps as messages may show them: without the passwords in them.
//
// Thread safety: functions of their arguments.
#pragma once

#include <string>
#include <string_view>

#include <stele/value.h>

namespace stele::door {

// "postgres://ann:***@host/db" for "postgres://ann:word@host/db"; also `password=…` in the query.
// It would rather hide too much.
std::string shown_url(std::string_view url);
// The value in short, with "***" for what stands under :password and its like, however deep.
std::string shown(const Value& value);

}  // namespace stele::door
