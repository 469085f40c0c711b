#include "edn/names.h"

#include <cstring>

#include "base/hash.h"
#include "base/text.h"
#include "base/try.h"
#include "edn/characters.h"
#include "edn/place.h"

namespace stele::edn {
namespace {

constexpr std::size_t kSlotsMin = 32;

Error refuse(std::string_view token, std::string_view why) {
  return invalid("edn/syntax", base::text(shown(token), " ", why));
}

// Which invisible character hides in the token? 0: none.
char32_t find_invisible(std::string_view token) {
  while (!token.empty()) {
    const Decoded decoded = decode(token);
    if (decoded.bytes == 0 || is_invisible(decoded.code_point)) return decoded.code_point;
    token.remove_prefix(decoded.bytes);
  }
  return 0;
}

Result<Value> make_keyword(std::string_view token) {
  const std::string_view text = token.substr(1);
  if (text.empty()) return invalid("edn/syntax", "a colon alone is no keyword");
  if (text[0] == ':') {
    return refuse(token,
                  "leaves its namespace to the program around it, which data has not: "
                  "write the namespace out, as in :ns/name");
  }
  if (text[0] == '/') return refuse(token, "is no keyword: nothing stands before the slash");
  STELE_TRY(const NameParts parts, split_name(text));
  return Value::keyword(parts.ns, parts.name);
}

// A symbol that a namespaced map makes out of its parts must be one when it stands alone, too.
bool reads_as_something_else(std::string_view token) {
  const std::size_t first = token[0] == '+' || token[0] == '-';
  const bool is_number = first < token.size() && is_digit(token[first]);
  return is_number || token[0] == '#' || token[0] == '\'' || token == "nil" || token == "true" ||
         token == "false";
}

Result<Value> make_symbol(std::string_view token) {
  if (reads_as_something_else(token)) return refuse(token, "cannot be a symbol");
  const std::size_t point = token[0] == '+' || token[0] == '-';
  if (point + 1 < token.size() && token[point] == '.' && is_digit(token[point + 1]))
    return invalid("edn/number", base::text(shown(token), " needs a digit before its point"));
  STELE_TRY(const NameParts parts, split_name(token));
  return Value::symbol(parts.ns, parts.name);
}

}  // namespace

Result<NameParts> split_name(std::string_view text) {
  if (const char32_t invisible = find_invisible(text)) {
    return refuse(text, base::text("holds the invisible character ", code_point_name(invisible),
                                   ", which separates nothing in EDN"));
  }
  if (text == "/") return NameParts{{}, text};
  if (text.back() == ':' || text.find("::") != std::string_view::npos)
    return refuse(text, "has a colon where none may stand: at the end, or two together");
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return NameParts{{}, text};
  const NameParts parts{text.substr(0, slash), text.substr(slash + 1)};
  if (parts.ns.empty()) return refuse(text, "has nothing before its slash");
  if (parts.name.empty()) return refuse(text, "has nothing behind its slash");
  if (parts.name != "/" && parts.name.find('/') != std::string_view::npos)
    return refuse(text, "has more than one slash");
  return parts;
}

// Linear probing from the hash: the slot that holds the token, or the free one where it belongs.
std::size_t Names::slot_of(std::string_view token, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = static_cast<std::size_t>(hash) & mask;
  while (!slots_[i].token.empty() && (slots_[i].hash != hash || slots_[i].token != token))
    i = (i + 1) & mask;
  return i;
}

const Value* Names::find(std::string_view token) const {
  if (slots_.empty()) return nullptr;
  const Slot& slot = slots_[slot_of(token, base::xxh3(base::view(token)))];
  return slot.token.empty() ? nullptr : &slot.value;
}

Result<Value> Names::add(std::string_view token) {
  STELE_TRY(Value value, token[0] == ':' ? make_keyword(token) : make_symbol(token));
  if (2 * used_ >= slots_.size()) grow();
  auto* kept = reinterpret_cast<char*>(arena_.allocate(token.size()));
  std::memcpy(kept, token.data(), token.size());
  const std::uint64_t hash = base::xxh3(base::view(token));
  slots_[slot_of(token, hash)] = {hash, {kept, token.size()}, value};
  ++used_;
  return value;
}

void Names::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_ = std::vector<Slot>(old.empty() ? kSlotsMin : 2 * old.size());
  for (Slot& slot : old)
    if (!slot.token.empty()) slots_[slot_of(slot.token, slot.hash)] = std::move(slot);
}

}  // namespace stele::edn
