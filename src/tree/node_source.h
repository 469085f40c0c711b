// Where decoded nodes come from, and what one operation has read so far.
//
// The kernel is synchronous and asks for *sets* of nodes. A source that can wait (a store behind a
// cache) fetches the whole set at once. A source that cannot (a browser's) answers with what is at
// hand; the rest is written down as *missing*, the operation ends early, its driver fetches all of
// it together and runs the operation again. A miss is data, not an error and not an exception.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/environment.h"
#include "format/branch.h"
#include "format/head.h"

namespace stele::tree {

using base::Hash;
using format::BranchPtr;
using format::LeafPtr;
using format::NodePtr;
using format::Place;
using format::Root;

struct NodeRef {
  Hash hash;
  Place place;
};

// Thread safety: every method from any number of threads.
class NodeSource {
 public:
  virtual ~NodeSource() = default;

  struct Fetched {
    Result<void> status;         // the first error, if any
    std::uint64_t requests = 0;  // to the store
    std::uint64_t bytes = 0;     // from the store
    bool waited = false;         // at least one request was made: this was a round
  };
  // Fills nodes[i] for refs[i]; leaves null what is not at hand and cannot be waited for.
  virtual Fetched fetch(std::span<const NodeRef> refs, std::span<NodePtr> nodes,
                        Deadline deadline) = 0;

  // What nodes, and leaves merged or filtered, are kept in between operations.
  virtual class NodeCache& cache() = 0;
  // The node, if it is in memory; never waits.
  virtual NodePtr at_hand(const NodeRef& ref) = 0;

  // Is a round dear, so that reading some hundred kilobytes more is better than another one?
  virtual bool is_far() const { return false; }
};

// Counters of one operation.
struct ReadStatistics {
  std::uint64_t nodes = 0;     // asked for
  std::uint64_t requests = 0;  // made to stores
  std::uint64_t bytes = 0;     // read from stores
  std::uint64_t rounds = 0;    // requests issued together, none waiting for another, count as one
};

// Set by another thread to stop an operation.
using CancelFlag = std::atomic<bool>;

struct ReadOptions {
  Deadline deadline;
  const CancelFlag* cancel = nullptr;
  base::Environment* environment = nullptr;  // for the deadline; null: none is checked
};

// What one operation (a query, a transaction, a fold) reads with. Its status is sticky: once it is
// not ok every further read gives nothing, and the caller only has to look at the end.
//
// Nodes it has handed out stay in memory while it lives (but see Unpinned). Used by one thread.
class Reader {
 public:
  enum class Status { ok, missing, failed };

  explicit Reader(ReadOptions options = {}) : options_(options) {}

  Status status() const { return status_; }
  bool ok() const { return status_ == Status::ok; }
  // failed: why.
  const Error& error() const { return *error_; }
  void fail(Error error);
  // missing: what to fetch before running again, by source.
  struct Missing {
    NodeSource* source;
    NodeRef ref;
  };
  std::span<const Missing> missing() const { return missing_; }

  // The nodes, or null for those that are not to be had; status() then says why. One round.
  // Answers from what it has handed out before, then from the source.
  void fetch(NodeSource& source, std::span<const NodeRef> refs, std::span<NodePtr> nodes);
  NodePtr fetch(NodeSource& source, const NodeRef& ref);

  // For loops: false, and failed with `limit`, when the deadline passed or it was cancelled.
  // Cheap enough for every thousand rows.
  bool keep_going();

  const ReadStatistics& statistics() const { return statistics_; }
  const ReadOptions& options() const { return options_; }

  // Goes on after misses were fetched. Pins are kept.
  void retry();
  // Nodes derived from others, such as merged leaves, stay with it in the same way, under the key
  // that they have in the source's cache.
  void pin(const Hash& key, const NodePtr& node);
  NodePtr find_pinned(const Hash& key) const;

  // While it lives the reader forgets what it hands out: for operations that walk a whole tree
  // and must not hold it in memory.
  class Unpinned {
   public:
    explicit Unpinned(Reader& reader) : reader_(reader), before_(reader.pinning_) {
      reader_.pinning_ = false;
    }
    ~Unpinned() { reader_.pinning_ = before_; }
    Unpinned(const Unpinned&) = delete;
    Unpinned& operator=(const Unpinned&) = delete;

   private:
    Reader& reader_;
    bool before_;
  };

 private:
  void fetch_missing(NodeSource& source, std::span<const NodeRef> refs, std::span<NodePtr> nodes);
  void take_in(NodeSource& source, std::span<const NodeRef> refs, std::span<const NodePtr> nodes,
               const Result<void>& status);

  ReadOptions options_;
  Status status_ = Status::ok;
  std::optional<Error> error_;
  std::vector<Missing> missing_;
  std::unordered_map<Hash, NodePtr, base::HashOfHash> pins_;
  bool pinning_ = true;
  ReadStatistics statistics_;
};

}  // namespace stele::tree
