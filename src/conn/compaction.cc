#include "conn/compaction.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "format/pack.h"
#include "tree/descent.h"

namespace stele::conn {

namespace {

constexpr std::size_t kNodesTogether = 256;

Error error_of(const tree::Reader& reader) {
  if (reader.status() == tree::Reader::Status::failed) return reader.error();
  return unavailable("node/missing", "Nodes that are to be moved are not at hand.");
}

}  // namespace

Compaction::Compaction(std::shared_ptr<Store> store, tree::NodeSource& source,
                       base::Environment& environment, std::set<base::Hash> sparse,
                       Deadline deadline)
    : store_(std::move(store)),
      source_(source),
      sparse_(std::move(sparse)),
      deadline_(deadline),
      environment_(environment),
      reader_({deadline, nullptr, &environment}),
      sink_(new_sink()) {}

std::unique_ptr<tree::PackSink> Compaction::new_sink() {
  return std::make_unique<tree::PackSink>(
      environment_, [this](const base::Hash& name, base::Bytes bytes) {
        return store_->write_once(format::pack_key(name), bytes, deadline_);
      });
}

Result<format::Snapshot> Compaction::moved(format::Snapshot snapshot) {
  auto result = move_all(std::move(snapshot));
  if (!result.ok()) {
    sink_ = new_sink();
    reader_ = tree::Reader(reader_.options());
  }
  return result;
}

Result<format::Snapshot> Compaction::move_all(format::Snapshot snapshot) {
  const tree::Reader::Unpinned unpinned(reader_);
  for (int t = 0; t < format::kTreeCount; ++t) {
    auto& root = snapshot.roots[static_cast<std::size_t>(t)];
    if (root.count == 0) continue;
    Children children = {tree::root_child(root)};
    STELE_DO(move(static_cast<format::Tree>(t), root.height - 1, children));
    root.place = children[0].place;
  }
  STELE_DO(sink_->finish());
  // Only now do those that were written last have a place.
  for (auto& root : snapshot.roots) root.place = sink_->resolve(root.hash, root.place);
  return snapshot;
}

// Gives children of one level, and all below them, places that are not sparse. Whether any of them
// has another place than before.
Result<bool> Compaction::move(format::Tree tree, int level, Children& children) {
  if (level > 0) return move_branches(tree, level, children);
  const bool any = std::ranges::any_of(children, [&](const auto& c) { return is_sparse(c); });
  if (any) STELE_DO(move_leaves(children));
  return any;
}

// Copies the frames as they are, having looked whether they are what they should be.
Done Compaction::move_leaves(Children& children) {
  std::vector<format::Child*> moving;
  for (auto& child : children) {
    if (!is_sparse(child)) continue;
    child.place = sink_->resolve(child.hash, child.place);
    if (is_sparse(child)) moving.push_back(&child);
  }
  for (std::size_t i = 0; i < moving.size(); i += kNodesTogether) {
    const auto some = std::span(moving).subspan(i, std::min(kNodesTogether, moving.size() - i));
    std::vector<ReadRequest> requests;
    for (const auto* child : some) {
      const auto& place = child->place;
      requests.push_back({format::pack_key(place.pack), {place.offset, place.length}});
    }
    auto answers = store_->read_many(requests, deadline_);
    for (std::size_t n = 0; n < some.size(); ++n) {
      if (!answers[n].ok()) return answers[n].error();
      format::Frame frame{std::move(*answers[n]), some[n]->hash};
      STELE_DO(format::decode_node(frame.bytes, frame.hash, some[n]->place));
      STELE_TRY(some[n]->place, sink_->add(frame));
    }
  }
  return {};
}

Result<bool> Compaction::move_branches(format::Tree tree, int level, Children& children) {
  const tree::Index index{tree, {}, tree::Overlay::empty(tree), &source_};
  bool any = false;
  for (auto& child : children) {
    const auto node = tree::fetch_child(index, level, child, reader_);
    if (!node) return error_of(reader_);
    const auto& branch = static_cast<const format::Branch&>(*node);
    Children below(branch.children().begin(), branch.children().end());
    STELE_TRY(const bool moved, move(tree, level - 1, below));
    if (!moved && !is_sparse(child)) continue;
    // What was added last may still be in the open pack, and only there "this pack" is right.
    for (auto& grandchild : below)
      grandchild.place = sink_->resolve(grandchild.hash, grandchild.place);
    const format::LeafPtr separators(node, &branch.separators());
    STELE_TRY(
        child.place,
        sink_->add(format::encode_node(format::Branch(tree, level, std::move(below), separators))));
    any = true;
  }
  return any;
}

}  // namespace stele::conn
