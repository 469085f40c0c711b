#include "base/try.h"
#include "tree/store_source.h"

namespace stele::tree {

PassiveSource::PassiveSource(std::shared_ptr<NodeCache> cache) : cache_(std::move(cache)) {}

NodeCache& PassiveSource::cache() { return *cache_; }

NodeSource::Fetched PassiveSource::fetch(std::span<const NodeRef> refs, std::span<NodePtr> nodes,
                                         Deadline) {
  for (std::size_t i = 0; i < refs.size(); ++i) {
    nodes[i] = cache_->find(refs[i].hash);
    if (!nodes[i]) nodes[i] = take_oversized(refs[i].hash);
  }
  return {};
}

NodePtr PassiveSource::take_oversized(const Hash& hash) {
  base::Lock lock(mutex_);
  const auto found = oversized_.find(hash);
  if (found == oversized_.end()) return nullptr;
  NodePtr node = std::move(found->second);
  oversized_.erase(found);
  return node;
}

Done PassiveSource::load(const NodeRef& ref, base::Bytes frame) {
  STELE_TRY(NodePtr node, format::decode_node(std::move(frame), ref.hash, ref.place));
  cache_->insert(ref.hash, node);
  if (cache_->find(ref.hash)) return {};
  base::Lock lock(mutex_);
  oversized_.insert_or_assign(ref.hash, std::move(node));
  return {};
}

}  // namespace stele::tree
