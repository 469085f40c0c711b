#include "conn/garbage.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "base/try.h"
#include "conn/compaction.h"
#include "conn/stored_head.h"
#include "format/pack.h"
#include "store/answers.h"
#include "tree/reach.h"
#include "tree/store_source.h"

namespace stele::conn {

using base::text;
using Outcome = HeadWrite::Outcome;

namespace {

constexpr std::size_t kRemovedTogether = 1000;
constexpr std::string_view kNotes = "garbage/";
constexpr int kRacesBeforeLock = 3;
// A pack this small costs more in listing and requests than moving it does, if there are many.
constexpr std::uint64_t kSmallPackBytes = 256 << 10;
constexpr std::size_t kSmallPacksMax = 16;

base::Bytes swept(const StoredHead& head) {
  auto snapshot = head.content.snapshot;
  ++snapshot.sweeps;
  return head.with(snapshot);
}

// A key on each line. Whatever else is in it is no key of a pack, and removes none.
std::vector<std::string> packs_of_note(base::ByteView note) {
  std::vector<std::string> packs;
  std::string_view rest = base::text(note);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    packs.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return packs;
}

class Collector {
 public:
  Collector(std::shared_ptr<Store> store, const GarbageOptions& options,
            base::Environment& environment)
      : store_(std::move(store)),
        options_(options),
        environment_(environment),
        source_(tree::make_store_source(
            store_, std::make_shared<tree::NodeCache>(tree::NodeCache::kBytesDefault))) {}

  Result<GarbageReport> run() {
    if (!store_->traits().writable && !options_.dry_run) return store::read_only(store_->url());
    STELE_DO(list("packs/", packs_));
    STELE_DO(read_notes());
    if (options_.compact && !options_.dry_run) STELE_DO(choose_sparse());
    STELE_DO(mark_all());
    if (report_.heads == 0) {
      return unavailable("db-does-not-exist", text("there is no database in ", store_->url()));
    }
    STELE_DO(mark_all());  // those that were made meanwhile
    STELE_DO(sweep());
    return std::move(report_);
  }

 private:
  Done list(const std::string& prefix, std::vector<ObjectInfo>& objects) {
    std::string from;
    do {
      STELE_TRY(auto page, store_->list(prefix, from, options_.deadline));
      for (auto& object : page.objects) objects.push_back(std::move(object));
      from = page.next;
    } while (!from.empty());
    return {};
  }

  // Packs of which less than half is needed by any head, and small ones, if there are many.
  Done choose_sparse() {
    std::map<std::string, std::uint64_t> needed;
    STELE_TRY(const auto names, store_->head_names(options_.deadline));
    for (const auto& name : names) {
      STELE_TRY(const auto head, read_stored_head(*store_, name, options_.deadline));
      if (!head.stands()) continue;
      tree::Reader reader({options_.deadline, nullptr, &environment_});
      const auto reached = tree::packs_reached(head.content.snapshot, *source_, reader);
      if (!reached.ok()) return {};  // fence() will see whether that is worth an error
      for (const auto& [pack, bytes] : *reached) {
        auto& most = needed[format::pack_key(pack)];
        most = std::max(most, bytes);
      }
    }
    std::set<base::Hash> sparse, small;
    for (const auto& pack : packs_) {
      const auto found = needed.find(pack.key);
      if (found == needed.end()) continue;
      const auto name = format::pack_name(pack.key);
      if (!name) continue;
      if (2 * found->second < pack.bytes) sparse.insert(*name);
      if (pack.bytes < kSmallPackBytes) small.insert(*name);
    }
    if (small.size() > kSmallPacksMax) sparse.merge(small);
    if (!sparse.empty()) {
      compaction_ = std::make_unique<Compaction>(store_, *source_, environment_, std::move(sparse),
                                                 options_.deadline);
    }
    return {};
  }

  // Every head that was not marked yet.
  Done mark_all() {
    STELE_TRY(const auto names, store_->head_names(options_.deadline));
    for (const auto& name : names) {
      if (marked_.contains(name)) continue;
      STELE_TRY(const bool stands, options_.dry_run ? mark(name) : fence(name));
      if (!stands) continue;
      marked_.insert(name);
      ++report_.heads;
    }
    return {};
  }

  // False: there is no such head any more.
  Result<bool> mark(const std::string& name) {
    STELE_TRY(const auto head, read_stored_head(*store_, name, options_.deadline));
    if (!head.stands()) return false;
    STELE_DO(mark(head));
    return true;
  }

  Done mark(const StoredHead& head) {
    if (!head.stands()) return {};
    tree::Reader reader({options_.deadline, nullptr, &environment_});
    STELE_TRY(const auto reached, tree::packs_reached(head.content.snapshot, *source_, reader));
    for (const auto& [pack, bytes] : reached) needed_.insert(format::pack_key(pack));
    return {};
  }

  Done compact_and_mark(StoredHead& head) {
    if (compaction_ && head.stands()) {
      STELE_TRY(head.content.snapshot, compaction_->moved(std::move(head.content.snapshot)));
    }
    return mark(head);
  }

  // Marks what the head needs and swaps it for itself. False: it is a tombstone.
  Result<bool> fence(const std::string& name) {
    std::unique_ptr<HeadLock> lock;
    for (int races = 0; !base::passed(options_.deadline, environment_); ++races) {
      if (races == kRacesBeforeLock) {
        STELE_TRY(lock, store_->lock_head(name, options_.deadline));
      }
      STELE_TRY(auto head, read_stored_head(*store_, name, options_.deadline));
      if (head.version.absent()) return false;
      if (auto marked = compact_and_mark(head); !marked.ok()) {
        // Another collector may have been faster with what this head no longer needs.
        STELE_TRY(const auto now, store_->read_head(name, head.version, 0, options_.deadline));
        if (now.unchanged) return marked.error();
        continue;
      }
      const auto write = store_->swap_head(name, head.version, swept(head), options_.deadline);
      if (write.outcome == Outcome::written) return head.stands();
      if (write.outcome == Outcome::failed) return *write.error;
    }
    return Error(ErrorCategory::conflict, "gc/raced",
                 text("writers of ", store_->url(), " were faster until the time was up; nothing ",
                      "was removed"));
  }

  // Notes of earlier collections: since when a pack is known to be garbage.
  Done read_notes() {
    STELE_DO(list(std::string(kNotes), notes_));
    for (const auto& note : notes_) {
      auto bytes = store_->read(note.key, {}, options_.deadline);
      if (!bytes.ok() && bytes.error().code() == "store/missing") continue;  // done by another
      if (!bytes.ok()) return bytes.error();
      for (const auto& pack : packs_of_note(*bytes)) {
        auto& age_ms = noted_[pack];
        age_ms = std::max(age_ms, note.age_ms);
      }
    }
    return {};
  }

  Done sweep() {
    std::vector<std::string> news;
    for (const auto& pack : packs_) {
      const auto noted = noted_.find(pack.key);
      if (needed_.contains(pack.key)) {
        ++report_.packs_needed;
        report_.bytes_needed += pack.bytes;
      } else if (options_.grace_ms == 0 ||
                 (noted != noted_.end() && noted->second >= options_.grace_ms)) {
        report_.removed.push_back(pack.key);
        report_.bytes_removed += pack.bytes;
      } else {
        ++report_.packs_waiting;
        report_.bytes_waiting += pack.bytes;
        if (noted == noted_.end()) news.push_back(pack.key);
      }
    }
    if (options_.dry_run) return {};
    if (compaction_) report_.bytes_moved = compaction_->statistics().bytes;
    STELE_DO(remove(report_.removed));
    STELE_DO(remove_notes());
    return news.empty() ? Done() : note(news);
  }

  Done remove(std::span<const std::string> keys) {
    for (std::size_t i = 0; i < keys.size(); i += kRemovedTogether) {
      STELE_DO(store_->remove(keys.subspan(i, std::min(kRemovedTogether, keys.size() - i)),
                              options_.deadline));
    }
    return {};
  }

  // What was noted so long ago has been removed now, or is needed again.
  Done remove_notes() {
    std::vector<std::string> old;
    for (const auto& note : notes_) {
      if (note.age_ms >= options_.grace_ms) old.push_back(note.key);
    }
    return remove(old);
  }

  Done note(std::span<const std::string> packs) {
    std::string lines;
    for (const auto& pack : packs) lines += pack + "\n";
    const auto key = text(kNotes, to_string(environment_.random_uuid()));
    return store_->write_once(key, base::view(lines), options_.deadline);
  }

  const std::shared_ptr<Store> store_;
  const GarbageOptions options_;
  base::Environment& environment_;
  const std::shared_ptr<tree::NodeSource> source_;
  std::vector<ObjectInfo> packs_;
  std::vector<ObjectInfo> notes_;
  std::map<std::string, std::int64_t> noted_;  // packs, and how long ago
  std::unique_ptr<Compaction> compaction_;     // if there is something to move
  std::set<std::string> marked_;               // heads
  std::set<std::string> needed_;               // packs
  GarbageReport report_;
};

Error collected(const Store& store, const std::string& branch) {
  return {ErrorCategory::collected, "db/collected",
          text("this state of ", store.url(), " (branch '", branch,
               "') was replaced, and its nodes have been collected since; take a new Db from the "
               "connection")};
}

}  // namespace

Result<GarbageReport> collect_garbage(const std::shared_ptr<Store>& store,
                                      const GarbageOptions& options,
                                      base::Environment& environment) {
  return Collector(store, options, environment).run();
}

Error explain_missing(const std::shared_ptr<Store>& store, const std::string& branch,
                      const base::Hash& pack, const Error& error) {
  const auto source = tree::make_store_source(
      store, std::make_shared<tree::NodeCache>(tree::NodeCache::kBytesDefault));
  HeadVersion seen;
  for (;;) {
    const auto head = read_stored_head(*store, branch, Deadline{});
    if (!head.ok()) return head.error();
    if (!head->stands()) return collected(*store, branch);
    tree::Reader reader;
    const auto needed = tree::packs_reached(head->content.snapshot, *source, reader);
    if (needed.ok()) return needed->contains(pack) ? error : collected(*store, branch);
    // What was collected while we looked belongs to a head that was replaced.
    if (needed.error().code() != error.code() || head->version == seen) return needed.error();
    seen = head->version;
  }
}

}  // namespace stele::conn
