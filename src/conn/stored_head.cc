#include "conn/stored_head.h"

#include "base/text.h"
#include "base/try.h"

namespace stele::conn {

base::Bytes StoredHead::with(const format::Snapshot& snapshot) const {
  auto all = format::encode_snapshot(snapshot);
  if (!content.tail.empty()) {
    all.insert(all.end(), bytes.begin() + static_cast<std::ptrdiff_t>(content.tail.front().offset),
               bytes.end());
  }
  return all;
}

Result<StoredHead> read_stored_head(Store& store, const std::string& name, Deadline deadline) {
  STELE_TRY(auto read, store.read_head(name, HeadVersion{}, 0, deadline));
  StoredHead head{std::move(read.version), std::move(read.bytes), {}};
  if (head.version.absent()) return head;
  auto content = format::decode_head(head.bytes);
  if (!content.ok()) {
    return content.error().because(
        base::text("This is the head '", name, "' of ", store.url(), "."));
  }
  head.content = std::move(*content);
  return head;
}

}  // namespace stele::conn
