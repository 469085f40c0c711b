// NodeSource over a Store and a cache: the native one, which can wait.
#pragma once

#include <functional>
#include <unordered_map>

#include <stele/store.h>

#include "tree/node_cache.h"
#include "tree/node_source.h"

namespace stele::tree {

// Requests of one fetch are sorted by pack and offset, near neighbours are read as one range, and
// all ranges go to Store::read_many together. Every frame is checked against its hash; an error
// names store, pack and offset. A frame that is not where its hint says is looked for in the
// directory of its pack before it is an error.
//
// `explain_missing`, if given, is asked what it means that the store does not have a pack.
using ExplainMissing = std::function<Error(const Hash& pack, const Error& error)>;
std::shared_ptr<NodeSource> make_store_source(std::shared_ptr<Store> store,
                                              std::shared_ptr<NodeCache> cache,
                                              ExplainMissing explain_missing = {});

// A source that answers from its cache only and never waits; `load` puts in what a driver fetched.
// What browsers use, and what tests of misses use.
class PassiveSource : public NodeSource {
 public:
  explicit PassiveSource(std::shared_ptr<NodeCache> cache);
  Fetched fetch(std::span<const NodeRef> refs, std::span<NodePtr> nodes,
                Deadline deadline) override;
  NodeCache& cache() override;
  NodePtr at_hand(const NodeRef& ref) override { return cache_->find(ref.hash); }
  // Checks the frame's hash. What is loaded is there for the next fetch at least, also if the cache
  // has no room for it.
  Done load(const NodeRef& ref, base::Bytes frame);

 private:
  NodePtr take_oversized(const Hash& hash);

  std::shared_ptr<NodeCache> cache_;
  base::Mutex mutex_;
  std::unordered_map<Hash, NodePtr, base::HashOfHash> oversized_;  // until they are fetched
};

}  // namespace stele::tree
