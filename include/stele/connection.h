// Connection: a database over time. It gives the current Db and takes transactions.
//
// Any number of processes may be connected to one database and write to it: commits are
// compare-and-swaps of one small head, a loser runs its transaction again on the newer state, and
// nothing that was acknowledged is ever lost.
//
// Thread safety: every method from any number of threads; copies share one connection.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <stele/db.h>
#include <stele/report.h>
#include <stele/store.h>

namespace stele {

namespace conn {
class Connection;
}

struct DbOptions {
  // 0: ask the store, so that every transaction acknowledged anywhere before the call is visible.
  // Larger: an answer from memory will do if it is no older.
  std::int64_t max_age_ms = 0;
  Deadline deadline;
};

struct TransactOptions {
  // 0: none. A call that shares a head write with others may wait as long as the longest of them.
  std::int64_t timeout_ms = 60'000;
  // A name for this transaction, so that running it again, in another process and after a crash
  // too, does not do it twice: if a transaction of this name is in the log it is not run, and what
  // is known of it is reported (TxReport::repeated). The forms are not compared: one nonce, one
  // transaction. Without it a random one is taken.
  std::optional<Uuid> nonce;
  // Only transactions later than this one are searched for the nonce: one that was the newest
  // before the first attempt. 0: all of the log, some 50 bytes a transaction.
  TxId nonce_after = 0;
};

// What has become of a transaction.
struct TransactionOutcome {
  enum class State : std::uint8_t {
    committed,
    not_committed,  // and it never will be, unless somebody runs it again
    unknown,        // it may still be written
  };
  State state = State::unknown;
  // Of a committed one. What it did is in Db::log.
  TxId tx = 0;
  Instant instant;
  Uuid commit_id;
};

struct OutcomeOptions {
  // Only transactions later than this one are searched; the error's data has it under :after. It
  // also tells without a write that the transaction was not committed, once a later one was.
  TxId after = 0;
  std::int64_t timeout_ms = 60'000;  // 0: none
};

// What was asked of the store since the connection was opened.
struct StoreStatistics {
  std::uint64_t reads = 0;  // objects, or ranges of them
  std::uint64_t bytes_read = 0;
  std::uint64_t head_reads = 0;
  std::uint64_t head_writes = 0;
  std::uint64_t object_writes = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t rounds = 0;  // of reads: those issued together count as one
};

struct GarbageOptions {
  // How long a Db in hand stays readable: what a collection finds to be garbage is removed by one
  // that comes at least this much later, by the store's clock. 0: at once.
  std::int64_t grace_ms = 24 * 3'600'000;
  bool dry_run = false;  // say what would be removed, and remove nothing
  // Also move what is needed out of packs of which little is.
  bool compact = true;
  Deadline deadline;
};

struct GarbageReport {
  std::vector<std::string> removed;  // keys of packs
  std::uint64_t bytes_removed = 0;
  std::uint64_t heads = 0;  // branches
  std::uint64_t packs_needed = 0;
  std::uint64_t bytes_needed = 0;
  std::uint64_t bytes_moved = 0;    // to new packs
  std::uint64_t packs_waiting = 0;  // garbage whose grace period is not over
  std::uint64_t bytes_waiting = 0;
};

class Connection {
 public:
  // The newest state. Costs one conditional read of the head.
  // Errors: `unavailable`, `corrupt`, `closed`.
  Result<Db> db(const DbOptions& options = {}) const;

  // Applies forms ([…] or {:tx-data […] :tx-meta {…} :strict-tempids? true}; only :tx-data has to
  // be there), given as EDN text, as one transaction and returns when it is durable. On an error
  // nothing has happened, except for category `unknown`: then outcome() tells, and the error's data
  // holds what it asks for under :nonce and :after.
  Result<TxReport> transact(std::string_view edn, const TransactOptions& options = {}) const;
  // The same from a value.
  template <std::same_as<Value> V>
  Result<TxReport> transact(const V& forms, const TransactOptions& options = {}) const {
    return transact_value(forms, options);
  }
  // The same from datoms, such as the report of another database tells: each asserts or, unless
  // `added`, ends its fact, with entity ids as they are. What a datom of txInstant says of a
  // transaction other than this one is left out. [T-24]
  Result<TxReport> transact(std::span<const Datom> datoms,
                            const TransactOptions& options = {}) const;

  // What became of a transaction whose call ended with an error of category `unknown`, or with its
  // process. If it is not in the log the head is swapped for itself, so that a write of it that is
  // still on its way can no longer land: `not_committed` is final. It must not be asked while a
  // call of transact with this nonce is under way. Where only reading is possible, or the store
  // does not say before the time is over what became of the swap, it may remain `unknown`.
  // Errors: `unavailable`, `corrupt`, `closed`, `limit`.
  Result<TransactionOutcome> outcome(const Uuid& nonce, const OutcomeOptions& options = {}) const;
  // The same from the error. Error: `invalid` `:outcome/no-nonce` if it carries no nonce.
  Result<TransactionOutcome> outcome(const Error& unknown,
                                     const OutcomeOptions& options = {}) const;

  // Moves what was committed since the last fold into the trees now. Commits do this by themselves
  // when the tail has grown; calling it changes no answer.
  Done fold() const;

  // Branches are further heads over the same nodes: making one costs two small writes.
  // Connect to one as URL#name. The main branch is "db".
  //
  // Which there are; reads every head.
  Result<std::set<std::string>> branches() const;
  // Makes the branch `name` of a branch, or of a commit (its id as uuid or hex) that some head
  // still has as its own or in its tail. Errors: `conflict` `:branch-already-exists`; `invalid`
  // `:from-branch-does-not-point-to-existing-branch-or-commit`. [S-50]
  Done branch(const std::string& from, const std::string& name) const;
  // Errors: `invalid` `:cannot-delete-main-db-branch`, `unavailable` `:branch-does-not-exist`.
  Done delete_branch(const std::string& name) const;  // [S-51]

  // Removes what no branch needs any more, once its grace period is over. Safe at any time, beside
  // any number of writers and readers. Errors: `invalid` `:store/read-only`, the store's.
  Result<GarbageReport> collect_garbage(const GarbageOptions& options = {}) const;

  StoreStatistics statistics() const;
  std::string url() const;

  // Lets go of the store; every later call is `closed` `:connection-has-been-released`. Dbs that
  // were taken before go on working.
  void release() const;

  explicit Connection(std::shared_ptr<conn::Connection> impl) : impl_(std::move(impl)) {}
  const std::shared_ptr<conn::Connection>& impl() const { return impl_; }

 private:
  Result<TxReport> transact_value(const Value& forms, const TransactOptions& options) const;
  std::shared_ptr<conn::Connection> impl_;
};

}  // namespace stele
