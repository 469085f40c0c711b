#include "sync/copy.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/try.h"
#include "format/pack.h"
#include "store/answers.h"
#include "tree/index.h"
#include "tree/reach.h"
#include "tree/store_source.h"
#include "value/cell.h"

namespace stele::sync {

using base::text;
using format::HeadContent;

namespace {

// Packs in memory at a time; each has at most a few tens of MiB.
constexpr std::size_t kPacksTogether = 4;
constexpr int kSwapsMax = 4;

struct Head {
  HeadVersion version;
  base::Bytes bytes;
  std::optional<HeadContent> content;  // none: there is no database
};

// What the last transaction of a head is known by.
struct Tip {
  TxId tx = 0;
  base::Hash commit_id;
  Instant instant;
};

Tip tip_of(const HeadContent& head) {
  if (head.tail.empty())
    return {head.snapshot.max_tx, head.snapshot.commit_id, head.snapshot.instant};
  const auto& last = head.tail.back();
  return {last.record->tx, last.commit_id, last.record->instant};
}

class Copy {
 public:
  Copy(std::shared_ptr<Store> from, std::shared_ptr<Store> to, const CopyOptions& options,
       base::Environment& environment)
      : from_(std::move(from)),
        to_(std::move(to)),
        options_(options),
        source_(tree::make_store_source(
            from_, std::make_shared<tree::NodeCache>(tree::NodeCache::kBytesDefault))),
        reader_({options.deadline, nullptr, &environment}) {}

  Result<CopyReport> run();

 private:
  Result<Head> read(Store& store, const std::string& branch) const;
  Done check_ancestor(const Head& there);
  Result<std::optional<base::Hash>> commit_at(TxId tx);
  Result<std::optional<base::Hash>> logged_commit(TxId tx);
  Done copy_packs();
  Done copy_some(std::span<const base::Hash> packs);
  Result<std::set<std::string>> packs_there() const;
  base::Bytes head_to_write() const;
  Result<bool> write_head(Head there);
  Error forked(std::string_view why) const;

  const std::shared_ptr<Store> from_;
  const std::shared_ptr<Store> to_;
  const CopyOptions options_;
  const std::shared_ptr<tree::NodeSource> source_;
  tree::Reader reader_;
  Head head_;  // of the source
  CopyReport report_;
};

Result<CopyReport> Copy::run() {
  if (!to_->traits().writable) return store::read_only(to_->url());
  STELE_TRY(head_, read(*from_, options_.from_branch));
  if (!head_.content) {
    return unavailable("db-does-not-exist", text("there is no database in ", from_->url(),
                                                 " (branch '", options_.from_branch, "')"));
  }
  const Tip tip = tip_of(*head_.content);
  report_.tx = tip.tx;
  report_.instant = tip.instant;
  STELE_TRY(auto there, read(*to_, options_.to_branch));
  STELE_DO(check_ancestor(there));
  STELE_DO(copy_packs());
  STELE_TRY(const bool raced, write_head(std::move(there)));
  // Perhaps by a collection of garbage, and what was there before is not there any more.
  if (raced) STELE_DO(copy_packs());
  return report_;
}

Result<Head> Copy::read(Store& store, const std::string& branch) const {
  STELE_TRY(auto read, store.read_head(branch, HeadVersion{}, 0, options_.deadline));
  Head head{std::move(read.version), std::move(read.bytes), {}};
  if (head.version.absent()) return head;
  auto content = format::decode_head(head.bytes);
  if (!content.ok())
    return content.error().because(text("This is the head '", branch, "' of ", store.url(), "."));
  if (!content->snapshot.deleted) head.content = std::move(*content);
  return head;
}

// Does the source's log contain all of the destination's?
Done Copy::check_ancestor(const Head& there) {
  if (!there.content) return {};
  if (there.content->snapshot.config.database_id != head_.content->snapshot.config.database_id)
    return forked("it holds another database");
  const Tip tip = tip_of(*there.content);
  if (tip.tx > report_.tx)
    return forked(text("it has transaction ", tip.tx, ", and the source ends with ", report_.tx));
  STELE_TRY(const auto commit, commit_at(tip.tx));
  if (commit != tip.commit_id)
    return forked(text("its transaction ", tip.tx, " is not the source's"));
  return {};
}

// The commit id of one of the source's transactions; none if there is no such transaction.
Result<std::optional<base::Hash>> Copy::commit_at(TxId tx) {
  const auto& [snapshot, tail, reservation] = *head_.content;
  if (snapshot.max_tx == tx) return std::optional(snapshot.commit_id);
  for (const auto& entry : tail)
    if (entry.record->tx == tx) return std::optional(entry.commit_id);
  if (tx > snapshot.max_tx) return std::optional<base::Hash>();
  if (tx == kTx0) return std::optional(base::Hash{});  // of a database without transactions
  return logged_commit(tx);
}

Result<std::optional<base::Hash>> Copy::logged_commit(TxId tx) {
  constexpr auto kLog = format::Tree::log;
  const auto& root = head_.content->snapshot.roots[static_cast<std::size_t>(kLog)];
  const tree::Index log{kLog, root, tree::Overlay::empty(kLog), source_.get()};
  tree::Scan scan(log, tree::Range::prefix(format::Key::eavt(tx)), reader_);
  tree::Slice slice;
  if (scan.next(slice)) {
    STELE_TRY(auto entry, format::decode_log_entry(value::text_of(slice.leaf->v()[slice.begin])));
    return std::optional(entry.commit_id);
  }
  if (!reader_.ok()) return reader_.error();
  return std::optional<base::Hash>();
}

Result<std::set<std::string>> Copy::packs_there() const {
  std::set<std::string> keys;
  std::string from;
  do {
    STELE_TRY(auto page, to_->list("packs/", from, options_.deadline));
    for (auto& object : page.objects) keys.insert(std::move(object.key));
    from = page.next;
  } while (!from.empty());
  return keys;
}

Done Copy::copy_packs() {
  STELE_TRY(const auto reached, tree::packs_reached(head_.content->snapshot, *source_, reader_));
  STELE_TRY(const auto there, packs_there());
  std::vector<base::Hash> lacking;
  for (const auto& [pack, bytes] : reached)
    if (!there.contains(format::pack_key(pack))) lacking.push_back(pack);
  report_.packs_there = reached.size() - lacking.size();
  for (std::size_t i = 0; i < lacking.size(); i += kPacksTogether) {
    const std::span rest(lacking.data() + i, lacking.size() - i);
    STELE_DO(copy_some(rest.first(std::min(kPacksTogether, rest.size()))));
  }
  return {};
}

Done Copy::copy_some(std::span<const base::Hash> packs) {
  std::vector<ReadRequest> requests;
  for (const auto& pack : packs) requests.push_back({format::pack_key(pack), {}});
  const auto answers = from_->read_many(requests, options_.deadline);
  for (std::size_t i = 0; i < packs.size(); ++i) {
    if (!answers[i].ok()) return answers[i].error();
    if (base::sha256(*answers[i]) != packs[i]) {
      return corrupt("pack/hash", text("the object ", requests[i].key, " of ", from_->url(),
                                       " is not what its name says; it was not copied"))
          .with("store", Value(from_->url()))
          .with("key", Value(requests[i].key));
    }
    STELE_DO(to_->write_once(requests[i].key, *answers[i], options_.deadline));
    ++report_.packs_copied;
    report_.bytes_copied += answers[i]->size();
  }
  return {};
}

// The source's head under the destination's name of the branch.
base::Bytes Copy::head_to_write() const {
  if (options_.from_branch == options_.to_branch) return head_.bytes;
  auto [snapshot, tail, reservation] = *head_.content;
  snapshot.branch = options_.to_branch;
  auto bytes = format::encode_snapshot(snapshot);
  if (!tail.empty()) {
    bytes.insert(bytes.end(),
                 head_.bytes.begin() + static_cast<std::ptrdiff_t>(tail.front().offset),
                 head_.bytes.end());
  }
  return bytes;
}

// Whether somebody else wrote it meanwhile.
Result<bool> Copy::write_head(Head there) {
  const auto bytes = head_to_write();
  for (int swaps = 0; swaps < kSwapsMax; ++swaps) {
    if (there.bytes == bytes && !there.version.absent()) return swaps > 0;
    auto write = to_->swap_head(options_.to_branch, there.version, bytes, options_.deadline);
    if (write.outcome == HeadWrite::Outcome::written) {
      report_.head_written = true;
      return swaps > 0;
    }
    if (write.outcome == HeadWrite::Outcome::failed) return *write.error;
    // Somebody else was first, or nobody knows: what is there now tells.
    STELE_TRY(there, read(*to_, options_.to_branch));
    STELE_DO(check_ancestor(there));
  }
  return Error(ErrorCategory::conflict, "sync/raced",
               text("somebody else keeps writing to ", to_->url(),
                    "; all packs are there, so another attempt is cheap"));
}

Error Copy::forked(std::string_view why) const {
  return {
      ErrorCategory::conflict, "sync/forked",
      text(to_->url(), " (branch '", options_.to_branch, "') is no earlier state of ", from_->url(),
           ": ", why,
           ". Nothing was changed there; choose another place, or delete what is in this one.")};
}

}  // namespace

Result<CopyReport> copy(std::shared_ptr<Store> from, std::shared_ptr<Store> to,
                        const CopyOptions& options, base::Environment& environment) {
  return Copy(std::move(from), std::move(to), options, environment).run();
}

}  // namespace stele::sync
