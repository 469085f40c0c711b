// str subs count clojure.string/…: functions on strings. Positions and lengths count UTF-16 units,
// as programs for other engines of this language expect. [4.9.1]

#include <algorithm>

#include "base/text.h"
#include "edn/characters.h"
#include "edn/writer.h"
#include "query/functions.h"
#include "query/letter_case.h"

namespace stele::query {
namespace {

using base::text;

bool read_string(const Item& item, std::string_view& out, CallContext& context) {
  if (item.kind != Kind::string) {
    return context.fail(text("a string is needed, not a ", name(item.kind)));
  }
  out = base::text(value::text_of(item.cell));
  return true;
}

void append_printed(std::string& out, const Item& item) {
  const Value value = value::value_of(item.kind, item.cell);
  switch (item.kind) {
    case Kind::nil:
      break;
    case Kind::string:
      out += value.as_string();
      break;
    case Kind::character:
      edn::append_utf8(out, value.as_character());
      break;
    case Kind::uuid:
      out += to_string(value.as_uuid());
      break;
    case Kind::bigint:
    case Kind::bigdec:
      out += value.as_decimal();
      break;
    default:
      edn::append(out, value);
  }
}

bool str(std::span<const Item> args, Item& out, CallContext& context) {
  std::string printed;
  for (const Item& arg : args) append_printed(printed, arg);
  out = string_item(printed, context.arena);
  return true;
}

std::int64_t utf16_units(std::string_view text) {
  std::int64_t units = 0;
  for (char c : text) {
    if (edn::is_continuation(c)) continue;
    units += static_cast<unsigned char>(c) >= 0xF0 ? 2 : 1;
  }
  return units;
}

// The byte at which `units` UTF-16 units end, or npos if the text is shorter or they end inside a
// surrogate pair.
std::size_t byte_after(std::string_view text, std::int64_t units) {
  std::size_t at = 0;
  while (units > 0 && at < text.size()) {
    units -= static_cast<unsigned char>(text[at]) >= 0xF0 ? 2 : 1;
    for (++at; at < text.size() && edn::is_continuation(text[at]);) ++at;
  }
  return units == 0 ? at : std::string_view::npos;
}

bool subs(std::span<const Item> args, Item& out, CallContext& context) {
  std::string_view whole;
  if (!read_string(args[0], whole, context)) return false;
  for (const Item& arg : args.subspan(1)) {
    if (arg.kind != Kind::int64) return context.fail("positions in a string are integers");
  }
  const std::int64_t begin = value::int_of(args[1].cell);
  const std::int64_t end = args.size() == 3 ? value::int_of(args[2].cell) : utf16_units(whole);
  const std::size_t from = begin < 0 ? std::string_view::npos : byte_after(whole, begin);
  const std::size_t to = end < begin ? std::string_view::npos : byte_after(whole, end);
  if (from == std::string_view::npos || to == std::string_view::npos) {
    return context.fail(text("there is no part from ", begin, " to ", end, " in a string of ",
                             utf16_units(whole), " characters"));
  }
  out = string_item(whole.substr(from, to - from), context.arena);
  return true;
}

bool count(std::span<const Item> args, Item& out, CallContext& context) {
  const Item& item = args[0];
  const Value counted = value::value_of(item.kind, item.cell);
  std::size_t n = 0;
  switch (item.kind) {
    case Kind::nil:
      break;
    case Kind::string:
      n = static_cast<std::size_t>(utf16_units(counted.as_string()));
      break;
    case Kind::vector:
    case Kind::list:
    case Kind::set:
      n = counted.items().size();
      break;
    case Kind::map:
      n = counted.entries().size();
      break;
    case Kind::bytes:
      n = counted.as_bytes().size();
      break;
    case Kind::float_array:
      n = counted.as_floats().size();
      break;
    case Kind::double_array:
      n = counted.as_doubles().size();
      break;
    default:
      return context.fail(text("a ", name(item.kind), " has no elements to count"));
  }
  out = {Kind::int64, n};
  return true;
}

template <std::string (*kChange)(std::string_view)>
bool change_case(std::span<const Item> args, Item& out, CallContext& context) {
  std::string_view string;
  if (!read_string(args[0], string, context)) return false;
  out = string_item(kChange(string), context.arena);
  return true;
}

bool is_white(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A && c != 0x2007) || c == 0x2028 || c == 0x2029 || c == 0x205F ||
         c == 0x3000;
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const edn::Decoded next = edn::decode(text);
    if (next.bytes == 0 || !is_white(next.code_point)) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

bool blank(std::span<const Item> args, Item& out, CallContext& context) {
  std::string_view string;
  if (args[0].kind != Kind::nil && !read_string(args[0], string, context)) return false;
  out = {Kind::boolean, is_blank(string)};
  return true;
}

bool includes(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
bool starts_with(std::string_view text, std::string_view part) { return text.starts_with(part); }
bool ends_with(std::string_view text, std::string_view part) { return text.ends_with(part); }

template <bool (*kTest)(std::string_view, std::string_view)>
bool test(std::span<const Item> args, Item& out, CallContext& context) {
  std::string_view text, part;
  if (!read_string(args[0], text, context) || !read_string(args[1], part, context)) return false;
  out = {Kind::boolean, kTest(text, part)};
  return true;
}

constexpr Function kFunctions[] = {
    {"str", 0, kArgsUnlimited, str},
    {"subs", 2, 3, subs},
    {"count", 1, 1, count},
    {"clojure.string/upper-case", 1, 1, change_case<upper_case>},
    {"clojure.string/lower-case", 1, 1, change_case<lower_case>},
    {"clojure.string/blank?", 1, 1, blank},
    {"clojure.string/includes?", 2, 2, test<includes>},
    {"clojure.string/starts-with?", 2, 2, test<starts_with>},
    {"clojure.string/ends-with?", 2, 2, test<ends_with>},
};

}  // namespace

std::span<const Function> text_functions() { return kFunctions; }

}  // namespace stele::query
