// Strings and characters between what they are and how EDN spells them.
#pragma once

#include <string>
#include <string_view>

#include <stele/result.h>

namespace stele::edn {

// `text` begins with a backslash inside a string: appends what the escape stands for to `out` and
// answers how many bytes it took. \" \\ \n \t \r \b \f \uXXXX (a surrogate pair as two of them)
// \NNN (octal, at most \377). Error: invalid `:edn/syntax`, without a place.
Result<std::size_t> unescape(std::string_view text, std::string& out);

// The character written `\token`: one code point, a name (newline space tab return backspace
// formfeed), uXXXX or oNNN. Error: invalid `:edn/syntax`, without a place.
Result<char32_t> read_character(std::string_view token);

// With the quotes, or the backslash.
void append_string(std::string& out, std::string_view text);
void append_character(std::string& out, char32_t code_point);

}  // namespace stele::edn
