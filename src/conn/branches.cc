#include "conn/branches.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/try.h"
#include "conn/stored_head.h"
#include "format/head.h"

namespace stele::conn {

using base::text;
using Outcome = HeadWrite::Outcome;

namespace {

// A fold locks under its branch's name and this.
constexpr std::string_view kFoldEnding = ".fold";

Done check_branch_name(const std::string& name) {
  STELE_DO(check_head_name(name));
  if (!name.ends_with(kFoldEnding)) return {};
  return invalid("store/head-name",
                 text("'", name, "' cannot name a branch: it ends in ", kFoldEnding));
}

// An id as people write it: hex digits, perhaps with the dashes of a uuid.
std::string hex_of(std::string id) {
  std::erase(id, '-');
  return id;
}

// The uuid of a commit is the first half of its hash.
bool is_named_by(const base::Hash& commit_id, const std::string& id) {
  return id.size() >= 32 && commit_id.hex().starts_with(id);
}

// The head cut behind the commit; nothing if it is not among its own.
std::optional<StoredHead> cut_at(StoredHead head, const std::string& id) {
  const auto& tail = head.content.tail;
  if (is_named_by(head.content.snapshot.commit_id, id)) {
    const auto keep = tail.empty() ? head.bytes.size() : tail.front().offset;
    head.bytes.resize(keep);
    head.content.tail.clear();
    return head;
  }
  const auto last = std::ranges::find_if(
      tail, [&](const auto& entry) { return is_named_by(entry.commit_id, id); });
  if (last == tail.end()) return std::nullopt;
  head.bytes.resize(last->offset + last->length);
  head.content.tail.erase(last + 1, tail.end());
  return head;
}

Result<StoredHead> find_source(Store& store, const std::string& from, Deadline deadline) {
  if (check_head_name(from).ok()) {
    STELE_TRY(auto head, read_stored_head(store, from, deadline));
    if (head.stands()) return head;
  }
  STELE_TRY(const auto names, store.head_names(deadline));
  for (const auto& name : names) {
    STELE_TRY(auto head, read_stored_head(store, name, deadline));
    if (!head.stands()) continue;
    if (auto cut = cut_at(std::move(head), hex_of(from))) return std::move(*cut);
  }
  return invalid("from-branch-does-not-point-to-existing-branch-or-commit",
                 text("'", from, "' is neither a branch of ", store.url(),
                      " nor a commit that one of its heads still has; `stele list` shows the "
                      "branches"));
}

// The same head under another name.
base::Bytes renamed(const StoredHead& head, const std::string& name) {
  auto snapshot = head.content.snapshot;
  snapshot.branch = name;
  return head.with(snapshot);
}

base::Bytes tombstone(const std::string& name) {
  format::Snapshot snapshot;
  snapshot.branch = name;
  snapshot.deleted = true;
  return format::encode_snapshot(snapshot);
}

Error exists(const Store& store, const std::string& name) {
  return {ErrorCategory::conflict, "branch-already-exists",
          text("there is a branch '", name, "' in ", store.url(), " already")};
}

}  // namespace

Result<std::set<std::string>> branch_names(Store& store, Deadline deadline) {
  STELE_TRY(const auto names, store.head_names(deadline));
  std::set<std::string> branches;
  for (const auto& name : names) {
    STELE_TRY(const auto head, read_stored_head(store, name, deadline));
    if (head.stands()) branches.insert(name);
  }
  return branches;
}

// The source is read after there is a tombstone under the new name, and the branch takes its place.
// A collector of garbage swaps every tombstone for itself: so it either sees the branch, or whoever
// makes it loses, and reads the source again.
Done create_branch(Store& store, const std::string& from, const std::string& name,
                   Deadline deadline) {
  STELE_DO(check_branch_name(name));
  for (;;) {
    STELE_TRY(auto there, read_stored_head(store, name, deadline));
    if (there.stands()) return exists(store, name);
    if (there.version.absent()) {
      auto claim = store.swap_head(name, there.version, tombstone(name), deadline);
      if (claim.outcome == Outcome::conflict) continue;
      if (claim.outcome != Outcome::written) return *claim.error;
      there.version = std::move(claim.version);
    }
    STELE_TRY(auto source, find_source(store, from, deadline));
    const auto write = store.swap_head(name, there.version, renamed(source, name), deadline);
    if (write.outcome == Outcome::written) return {};
    if (write.outcome != Outcome::conflict) return *write.error;
  }
}

Done delete_branch(Store& store, const std::string& name, Deadline deadline) {
  if (name == kMainBranch) {
    return invalid("cannot-delete-main-db-branch",
                   text("'", name, "' is the main branch of ", store.url(),
                        "; without it the database goes: delete that"));
  }
  STELE_DO(check_branch_name(name));
  for (;;) {
    STELE_TRY(auto head, read_stored_head(store, name, deadline));
    if (!head.stands()) {
      return unavailable("branch-does-not-exist",
                         text("there is no branch '", name, "' in ", store.url()));
    }
    const auto write = store.swap_head(name, head.version, tombstone(name), deadline);
    if (write.outcome == Outcome::written) return {};
    if (write.outcome != Outcome::conflict) return *write.error;
  }
}

}  // namespace stele::conn
