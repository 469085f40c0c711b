// Cache of decoded nodes, and of leaves derived from them, bounded by bytes.
//
// Keys are 256-bit: the node's hash and the pack's that it lies in, or for a derived leaf (an
// overlay slice merged into it, a filter applied) a hash of what it was derived from. Entries are
// immutable, so nothing is ever invalidated; the least recently used go first.
//
// Thread safety: full; sharded so that readers do not wait for each other.
#pragma once

#include <array>
#include <list>
#include <unordered_map>

#include "base/mutex.h"
#include "format/branch.h"

namespace stele::tree {

class NodeCache {
 public:
  explicit NodeCache(std::size_t bytes_max = kBytesDefault);
  ~NodeCache();

  static constexpr std::size_t kBytesDefault = 256u << 20;

  format::NodePtr find(const base::Hash& key);
  // Keeps `node` unless it is larger than a shard. If the key is there already, that node stays
  // and is answered.
  format::NodePtr insert(const base::Hash& key, format::NodePtr node);

  std::size_t bytes() const;
  std::size_t bytes_max() const { return bytes_max_; }

 private:
  struct Shard;
  static constexpr std::size_t kShards = 16;
  Shard& shard(const base::Hash& key);

  std::size_t bytes_max_;
  std::unique_ptr<Shard[]> shards_;
};

}  // namespace stele::tree
