// URLs and maps as messages and answers may show them: without the passwords in them.
//
// Secret is what stands under a key that is called a password, secret, token or credential, in any
// spelling and however deep; the password of a URL; all of the query of a web address, and the name
// before its host. It would rather hide too much.
//
// Thread safety: functions of their arguments.
#pragma once

#include <string>
#include <string_view>

#include <stele/result.h>
#include <stele/value.h>

namespace stele::door {

// "postgres://ann:***@host/db" for "postgres://ann:word@host/db"; also `password=…` anywhere.
std::string shown_url(std::string_view url);
// The same of what names a database, which may be the text of a map.
std::string shown_location(std::string_view url_or_map);
// The value in short, without its secrets.
std::string shown(const Value& value);
// The value with "***" for each secret.
Value without_secrets(const Value& value);

// Reads EDN that may hold secrets. The error names the place; it shows the text around it only
// where nothing looks like a secret. Errors: those of edn::read.
Result<Value> read_discreetly(std::string_view edn);

}  // namespace stele::door
