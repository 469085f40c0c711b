// A database that has only the nodes which its driver brought, as in a browser: what operations
// miss is counted in passes.
//
// Not thread safe.
#pragma once

#include <memory>
#include <set>
#include <utility>

#include "db/state.h"

namespace stele::query {

// A source that has only what its driver brought.
class DrivenSource : public tree::NodeSource {
 public:
  explicit DrivenSource(std::shared_ptr<tree::NodeSource> store) : store_(std::move(store)) {}
  Fetched fetch(std::span<const tree::NodeRef> refs, std::span<tree::NodePtr> nodes,
                Deadline deadline) override {
    Fetched out;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      if (brought_.count(refs[i].hash))
        out = store_->fetch(refs.subspan(i, 1), nodes.subspan(i, 1), deadline);
    }
    return out;
  }
  tree::NodeCache& cache() override { return store_->cache(); }
  tree::NodePtr at_hand(const tree::NodeRef& ref) override { return store_->at_hand(ref); }
  void bring(const tree::NodeRef& ref) { brought_.insert(ref.hash); }

 private:
  std::shared_ptr<tree::NodeSource> store_;
  std::set<base::Hash> brought_;
};

// The same state, of which nothing has been brought yet.
inline std::pair<Db, std::shared_ptr<DrivenSource>> driven(const Db& db) {
  auto state = std::make_shared<db::State>(*db.state());
  auto source = std::make_shared<DrivenSource>(state->source);
  state->source = source;
  for (tree::Index& index : state->indices) index.source = source.get();
  return {Db(state, nullptr), source};
}

}  // namespace stele::query
