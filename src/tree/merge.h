// Edits are merges: fold, bulk load and purge all say "merge this sorted run into that tree".
//
// Every touched leaf is read and written once; branches above it are rebuilt; all else is shared.
// Nothing is written to a store here: new nodes go to a PackSink.
#pragma once

#include <functional>
#include <unordered_map>

#include "format/pack.h"
#include "tree/index.h"

namespace stele::tree {

struct TreeShape {
  // Leaves aim at the middle; they are split above the maximum and joined below the minimum.
  std::uint32_t leaf_rows_target = 2048;
  std::uint32_t leaf_rows_max = 4096;
  std::uint32_t leaf_rows_min = 512;
  std::size_t leaf_bytes_max = 32 << 10;  // unless a single row is larger
  std::uint32_t fanout_max = 512;
};

// Takes nodes in, gives packs out. Packs are closed at `pack_bytes_max`; their nonces come from
// the environment.
class PackSink {
 public:
  static constexpr std::size_t kPackBytesMax = 32u << 20;
  using Write = std::function<Done(const base::Hash& name, base::Bytes bytes)>;

  PackSink(base::Environment& environment, Write write, std::size_t pack_bytes_max = kPackBytesMax);

  // Where the node lies: exact when its pack is closed; with a zero pack while it is open. Places
  // inside the open pack are valid hints only for nodes of that same pack: whoever writes them into
  // a node `resolve`s them right before adding it. A node that was added before stays where it is.
  Result<format::Place> add(const format::Frame& frame);
  // Closes the open pack. After it `resolve` gives complete places.
  Done finish();
  // The place as it is known now; the one given if the node was not added here.
  format::Place resolve(const base::Hash& hash, const format::Place& place) const;

  struct Statistics {
    std::uint64_t nodes = 0;
    std::uint64_t packs = 0;
    std::uint64_t bytes = 0;
  };
  const Statistics& statistics() const { return statistics_; }

 private:
  base::Environment& environment_;
  Write write_;
  std::size_t pack_bytes_max_;
  std::unique_ptr<format::PackWriter> open_;
  std::unordered_map<base::Hash, format::Place, base::HashOfHash> places_;
  std::vector<base::Hash> in_open_;
  Statistics statistics_;
};

// The index's overlay merged into its tree. Answers the new root (its place may still be open: see
// PackSink::resolve). The old tree stays valid. Error: as the reader's, or the sink's.
Result<Root> merge(const Index& index, Reader& reader, PackSink& sink,
                   const TreeShape& shape = TreeShape());

// Rows given in order appended into a new tree, leaf by leaf: bulk load, and the log.
class TreeBuilder {
 public:
  TreeBuilder(Tree tree, PackSink& sink, const TreeShape& shape = TreeShape());
  ~TreeBuilder();
  // Rows of a leaf that come after all rows added before. The builder holds on to the leaf.
  Done add(const LeafPtr& leaf, std::uint32_t begin, std::uint32_t end);
  Result<Root> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads a whole tree and checks it: hashes, order across nodes, separators, counts, heights.
// Returns every node's hash (for sharing statistics), in no particular order.
Result<std::vector<base::Hash>> verify_tree(NodeSource& source, Tree tree, const Root& root,
                                            Reader& reader);

}  // namespace stele::tree
