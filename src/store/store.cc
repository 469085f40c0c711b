// What every store does in the same way, and the rules for keys.
#include <algorithm>

#include <stele/store.h>

#include "base/text.h"
#include "store/answers.h"

namespace stele {
namespace {

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// Backends keep things of their own under these first parts.
bool is_reserved(std::string_view first_part) {
  return first_part == "heads" || first_part == "tmp" || first_part == "stele-store";
}

Error bad_key(std::string_view key, std::string_view why) {
  // An absurd key is shown by its beginning only.
  return invalid("store/key", base::text("\"", key.substr(0, kKeyBytesMax), "\" is no key: ", why));
}

Done check_part(std::string_view key, std::string_view part) {
  if (part.empty()) return bad_key(key, "it has an empty part.");
  if (part.size() > kKeyPartBytesMax)
    return bad_key(key, base::text("a part has at most ", kKeyPartBytesMax, " bytes."));
  if (part == "." || part == "..") return bad_key(key, "it has a part \".\" or \"..\".");
  if (!std::ranges::all_of(part, is_key_character))
    return bad_key(key, "only a-z, 0-9, '-', '_', '.' and '/' may stand in it.");
  return {};
}

}  // namespace

Done check_key(std::string_view key) {
  if (key.size() > kKeyBytesMax)
    return bad_key(key, base::text("it has more than ", kKeyBytesMax, " bytes."));
  if (is_reserved(key.substr(0, key.find('/')))) return bad_key(key, "its first part is reserved.");
  for (std::size_t at = 0; at <= key.size();) {
    const std::size_t end = std::min(key.find('/', at), key.size());
    if (auto done = check_part(key, key.substr(at, end - at)); !done.ok()) return done;
    at = end + 1;
  }
  return {};
}

Done check_head_name(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return bad_key(name, "a head's name has no '/'.");
  if (name.ends_with(".lock")) return bad_key(name, "a head's name does not end in \".lock\".");
  return check_part(name, name);
}

std::vector<Result<Store::Bytes>> Store::read_many(std::span<const ReadRequest> requests,
                                                   Deadline deadline) {
  std::vector<Result<Bytes>> results;
  results.reserve(requests.size());
  for (const ReadRequest& request : requests)
    results.push_back(read(request.key, request.range, deadline));
  return results;
}

HeadWrite Store::append_head(const std::string& name, const HeadVersion& expected, ByteView known,
                             ByteView more, Deadline deadline) {
  if (expected.absent()) return store::failed(store::append_to_absent(url(), name));
  Bytes whole;
  whole.reserve(known.size() + more.size());
  whole.insert(whole.end(), known.begin(), known.end());
  whole.insert(whole.end(), more.begin(), more.end());
  return swap_head(name, expected, whole, deadline);
}

Result<std::unique_ptr<HeadLock>> Store::lock_head(const std::string&, Deadline) {
  return std::unique_ptr<HeadLock>();
}

Result<Store::Salvage> Store::salvage_head(const std::string& name, Deadline deadline) {
  auto head = read_head(name, HeadVersion{}, 0, deadline);
  if (!head.ok()) return std::move(head).error();
  Salvage salvage;
  if (!head->version.absent()) salvage.runs.push_back(std::move(head->bytes));
  return salvage;
}

Done Store::restore_head(const std::string&, ByteView, Deadline) {
  return invalid("store/unsupported", url() + " has no way to replace a damaged head");
}

}  // namespace stele
