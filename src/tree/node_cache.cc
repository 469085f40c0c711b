#include "tree/node_cache.h"

namespace stele::tree {

// Nodes in the order of their last use, latest first, and where each stands in it.
struct NodeCache::Shard {
  struct Entry {
    base::Hash key;
    format::NodePtr node;
    std::size_t bytes;
  };
  using Order = std::list<Entry>;

  mutable base::Mutex mutex;
  Order order;
  std::unordered_map<base::Hash, Order::iterator, base::HashOfHash> places;
  std::size_t bytes = 0;

  // Takes the least recently used out until `bytes_max` holds. What is taken out is handed back,
  // so that it is freed when the mutex no longer is held.
  Order shrink(std::size_t bytes_max) {
    Order evicted;
    while (bytes > bytes_max) {
      bytes -= order.back().bytes;
      places.erase(order.back().key);
      evicted.splice(evicted.begin(), order, std::prev(order.end()));
    }
    return evicted;
  }
};

namespace {
// What an entry costs besides its node: list and table, roughly.
constexpr std::size_t kEntryBytes = 160;
}  // namespace

NodeCache::NodeCache(std::size_t bytes_max)
    : bytes_max_(bytes_max), shards_(std::make_unique<Shard[]>(kShards)) {}
NodeCache::~NodeCache() = default;

// By other bits than the ones that the shard's table uses.
NodeCache::Shard& NodeCache::shard(const base::Hash& key) {
  return shards_[key.bytes[31] % kShards];
}

format::NodePtr NodeCache::find(const base::Hash& key) {
  Shard& s = shard(key);
  base::Lock lock(s.mutex);
  const auto found = s.places.find(key);
  if (found == s.places.end()) return nullptr;
  s.order.splice(s.order.begin(), s.order, found->second);
  return found->second->node;
}

format::NodePtr NodeCache::insert(const base::Hash& key, format::NodePtr node) {
  const std::size_t shard_bytes_max = bytes_max_ / kShards;
  const std::size_t bytes = node->bytes() + kEntryBytes;
  if (bytes > shard_bytes_max) return node;
  Shard& s = shard(key);
  Shard::Order evicted;
  base::Lock lock(s.mutex);
  const auto found = s.places.find(key);
  if (found != s.places.end()) return found->second->node;
  s.order.push_front({key, node, bytes});
  s.places.emplace(key, s.order.begin());
  s.bytes += bytes;
  evicted = s.shrink(shard_bytes_max);
  return node;
}

std::size_t NodeCache::bytes() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kShards; ++i) {
    base::Lock lock(shards_[i].mutex);
    sum += shards_[i].bytes;
  }
  return sum;
}

}  // namespace stele::tree
