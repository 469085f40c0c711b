// Compaction: moves nodes out of packs of which little is needed, so that these become garbage.
//
// A node keeps its hash wherever it lies; where its children lie is a hint outside the hash of a
// branch. So a node is moved by copying its frame, and the branches above it are written again with
// other hints: of 512 nodes one. No hash changes, no commit id, no answer.
//
// One object serves several heads, and several attempts: what was moved once is not moved again.
//
// Not thread safe.
#pragma once

#include <memory>
#include <set>

#include <stele/store.h>

#include "base/environment.h"
#include "format/head.h"
#include "tree/merge.h"

namespace stele::conn {

class Compaction {
 public:
  // `source` reads the store. Packs are written as they fill.
  Compaction(std::shared_ptr<Store> store, tree::NodeSource& source, base::Environment& environment,
             std::set<base::Hash> sparse, Deadline deadline);

  // The same trees without a node in a sparse pack; all that they need has been written.
  // Error: the store's, or `corrupt`; another attempt then begins from nothing, as nobody knows
  // which packs are there.
  Result<format::Snapshot> moved(format::Snapshot snapshot);

  const tree::PackSink::Statistics& statistics() const { return sink_->statistics(); }

 private:
  std::unique_ptr<tree::PackSink> new_sink();
  Result<format::Snapshot> move_all(format::Snapshot snapshot);
  using Children = std::vector<format::Child>;
  Result<bool> move(format::Tree tree, int level, Children& children);
  Done move_leaves(Children& children);
  Result<bool> move_branches(format::Tree tree, int level, Children& children);
  bool is_sparse(const format::Child& child) const { return sparse_.contains(child.place.pack); }

  const std::shared_ptr<Store> store_;
  tree::NodeSource& source_;
  const std::set<base::Hash> sparse_;
  const Deadline deadline_;
  base::Environment& environment_;
  tree::Reader reader_;
  std::unique_ptr<tree::PackSink> sink_;
};

}  // namespace stele::conn
