#include <algorithm>

#include "base/text.h"
#include "tree/node_source.h"

namespace stele::tree {

void Reader::fail(Error error) {
  if (status_ == Status::failed) return;
  status_ = Status::failed;
  error_ = std::move(error);
}

void Reader::retry() {
  if (status_ != Status::missing) return;
  status_ = Status::ok;
  missing_.clear();
}

void Reader::pin(const Hash& key, const NodePtr& node) {
  if (pinning_) pins_.emplace(key, node);
}

NodePtr Reader::find_pinned(const Hash& key) const {
  const auto pin = pins_.find(key);
  return pin == pins_.end() ? nullptr : pin->second;
}

bool Reader::keep_going() {
  if (!ok()) return false;
  if (options_.cancel && options_.cancel->load(std::memory_order_relaxed)) {
    fail(Error(ErrorCategory::limit, "read/cancelled", "the operation was cancelled"));
  } else if (options_.environment && base::passed(options_.deadline, *options_.environment)) {
    fail(Error(ErrorCategory::limit, "read/timeout",
               "the operation did not end before its deadline; ask for less or allow more time"));
  }
  return ok();
}

NodePtr Reader::fetch(NodeSource& source, const NodeRef& ref) {
  NodePtr node;
  fetch(source, {&ref, 1}, {&node, 1});
  return node;
}

void Reader::fetch(NodeSource& source, std::span<const NodeRef> refs, std::span<NodePtr> nodes) {
  std::fill(nodes.begin(), nodes.end(), nullptr);
  if (!ok()) return;
  statistics_.nodes += refs.size();
  std::size_t pinned = 0;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    nodes[i] = find_pinned(refs[i].hash);
    pinned += nodes[i] ? 1 : 0;
  }
  if (pinned < refs.size() && keep_going()) fetch_missing(source, refs, nodes);
  if (!ok()) std::fill(nodes.begin(), nodes.end(), nullptr);
}

// Asks the source for the nodes that are still null.
void Reader::fetch_missing(NodeSource& source, std::span<const NodeRef> refs,
                           std::span<NodePtr> nodes) {
  std::vector<NodeRef> wanted;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    if (nodes[i]) continue;
    wanted.push_back(refs[i]);
    places.push_back(i);
  }
  std::vector<NodePtr> found(wanted.size());
  const auto fetched = source.fetch(wanted, found, options_.deadline);
  statistics_.requests += fetched.requests;
  statistics_.bytes += fetched.bytes;
  statistics_.rounds += fetched.waited ? 1 : 0;
  take_in(source, wanted, found, fetched.status);
  for (std::size_t i = 0; i < places.size(); ++i) nodes[places[i]] = std::move(found[i]);
}

// Pins what came; notes what did not.
void Reader::take_in(NodeSource& source, std::span<const NodeRef> refs,
                     std::span<const NodePtr> nodes, const Result<void>& status) {
  for (std::size_t i = 0; i < refs.size(); ++i) {
    if (nodes[i]) {
      pin(refs[i].hash, nodes[i]);
    } else if (status.ok()) {
      status_ = Status::missing;
      missing_.push_back({&source, refs[i]});
    }
  }
  if (!status.ok()) fail(status.error());
}

}  // namespace stele::tree
