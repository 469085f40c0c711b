#include "db/state.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "db/access.h"
#include "format/attribute_codes.h"

namespace stele::db {
namespace {

using format::Change;
using format::Tree;
using tree::OverlayEdit;

std::uint64_t cell_of(Instant instant) { return static_cast<std::uint64_t>(instant.ms); }

// It keeps the record, whose changes the other overlays point into.
std::shared_ptr<const LogChange> log_change(const format::TxRecordPtr& record,
                                            const base::Hash& commit_id) {
  auto change = std::make_shared<LogChange>();
  change->e = change->tx = record->tx;
  change->v = Value::bytes(format::encode_log_entry({record->nonce, commit_id}));
  change->record = record;
  return change;
}

// Sorts the changes of one transaction to the trees that they concern.
class EditLists {
 public:
  EditLists(const format::Config& config, const Schema& schema, std::uint64_t seed)
      : config_(config), schema_(schema), seed_(seed) {}

  void reserve(std::size_t changes) {
    lists_[index(Tree::eavt)].reserve(changes);
    lists_[index(Tree::aevt)].reserve(changes);
  }

  void add(const Change& change) {
    ++position_;
    const Attribute* attribute = attribute_of(change);
    const bool indexed = attribute && attribute->indexed();
    if (change.added) {
      put_all(Tree::eavt, indexed, {.change = &change, .tx = change.tx});
      return;
    }
    put_all(Tree::eavt, indexed,
            {.what = OverlayEdit::What::remove, .change = &change, .tx = change.ends});
    const bool kept = config_.keep_history && !(attribute && attribute->no_history);
    if (!kept) return;
    put_all(Tree::past_eavt, indexed, {.change = &change, .tx = change.ends, .ended = change.tx});
  }

  void add_log(const Change& change, Instant instant, Instant instant_max) {
    ++position_;
    put(Tree::log, {.change = &change, .tx = cell_of(instant), .ended = cell_of(instant_max)});
  }

  std::vector<OverlayEdit>& of(Tree tree) { return lists_[index(tree)]; }

 private:
  // What the schema says, looked up once for each attribute.
  const Attribute* attribute_of(const Change& change) {
    const std::uint32_t code = codes_.of(change.a);
    if (code == attributes_.size()) attributes_.push_back(schema_.find(change.a));
    return attributes_[code];
  }

  static std::size_t index(Tree tree) { return static_cast<std::size_t>(tree); }
  static Tree after(Tree tree, int steps) {
    return static_cast<Tree>(static_cast<int>(tree) + steps);
  }

  // Into the trees by entity and by attribute, and by value if it is indexed: of the present, or of
  // the past, which follow each other in the same order.
  void put_all(Tree by_entity, bool indexed, const OverlayEdit& edit) {
    put(by_entity, edit);
    put(after(by_entity, 1), edit);
    if (indexed) put(after(by_entity, 2), edit);
  }

  void put(Tree tree, OverlayEdit edit) {
    edit.digest = base::mix(base::mix(seed_, position_), index(tree));
    lists_[index(tree)].push_back(edit);
  }

  const format::Config& config_;
  const Schema& schema_;
  std::uint64_t seed_;
  format::AttributeCodes codes_;
  std::vector<const Attribute*> attributes_;  // by code; null if it is not declared
  std::uint64_t position_ = 0;                // of the change; from 1, as a digest must not be 0
  std::array<std::vector<OverlayEdit>, format::kTreeCount> lists_;
};

std::array<tree::Index, format::kTreeCount> make_indices(
    const std::array<format::Root, format::kTreeCount>& roots, tree::NodeSource* source) {
  std::vector<tree::NodeRef> refs;
  for (const format::Root& root : roots) {
    if (root.count > 0) refs.push_back({root.hash, root.place});
  }
  const auto all = std::make_shared<const std::vector<tree::NodeRef>>(std::move(refs));
  std::array<tree::Index, format::kTreeCount> indices;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto tree = static_cast<Tree>(i);
    indices[i] = {tree, roots[i], tree::Overlay::empty(tree), source, all};
  }
  return indices;
}

// The snapshot as it is stored, without its tail.
Result<StatePtr> snapshot_state(const format::Snapshot& snapshot,
                                std::shared_ptr<tree::NodeSource> source) {
  STELE_TRY(SchemaPtr schema, Schema::read(snapshot.config, snapshot.schema));
  auto state = std::make_shared<State>();
  state->config = snapshot.config;
  state->branch = snapshot.branch;
  state->indices = make_indices(snapshot.roots, source.get());
  state->source = std::move(source);
  state->schema = std::move(schema);
  state->max_tx = snapshot.max_tx;
  state->max_eid = snapshot.max_eid;
  state->commit_id = snapshot.commit_id;
  state->instant = snapshot.instant;
  state->instant_max = snapshot.instant_max;
  state->sweeps = snapshot.sweeps;
  return StatePtr(std::move(state));
}

Error tail_corrupt(const StatePtr& state, const format::TailEntry& entry) {
  return corrupt("head/corrupt",
                 base::text("The head of branch ", state->branch, " is damaged at byte ",
                            entry.offset, ": transaction ", entry.record->tx,
                            " does not continue transaction ", state->max_tx, "."));
}

}  // namespace

StatePtr empty_state(const format::Config& config, const std::string& branch,
                     std::shared_ptr<tree::NodeSource> source) {
  auto state = std::make_shared<State>();
  state->config = config;
  state->branch = branch;
  state->indices = make_indices({}, source.get());
  state->source = std::move(source);
  state->schema = Schema::initial(config);
  return state;
}

Result<StatePtr> open_state(const format::HeadContent& head,
                            std::shared_ptr<tree::NodeSource> source) {
  STELE_TRY(StatePtr state, snapshot_state(head.snapshot, std::move(source)));
  for (const format::TailEntry& entry : head.tail) {
    const bool follows =
        entry.record->tx > state->max_tx && entry.record->parent == state->commit_id;
    if (!follows) return tail_corrupt(state, entry);
    state = apply(state, entry.record, entry.commit_id);
  }
  return state;
}

StatePtr apply(const StatePtr& before, const format::TxRecordPtr& record,
               const base::Hash& commit_id) {
  auto state = std::make_shared<State>(*before);
  state->max_tx = record->tx;
  state->max_eid = std::max(before->max_eid, record->max_eid);
  state->commit_id = commit_id;
  state->instant = record->instant;
  // The first transaction has nothing before it, however early its instant.
  const bool is_first = before->max_tx == kTx0;
  state->instant_max = is_first ? record->instant : std::max(before->instant_max, record->instant);
  state->schema = before->schema->apply(record->changes);

  const std::shared_ptr<const LogChange> log = log_change(record, commit_id);
  EditLists edits(state->config, *state->schema, commit_id.word());
  edits.reserve(record->changes.size());
  for (const Change& change : record->changes) edits.add(change);
  edits.add_log(*log, state->instant, state->instant_max);
  for (tree::Index& index : state->indices) {
    auto& list = edits.of(index.tree);
    if (!list.empty()) index.overlay = index.overlay->apply(std::move(list), log);
  }
  return state;
}

Result<format::Snapshot> fold(const State& state, tree::Reader& reader, tree::PackSink& sink,
                              const tree::TreeShape& shape) {
  format::Snapshot snapshot{.config = state.config,
                            .branch = state.branch,
                            .max_tx = state.max_tx,
                            .max_eid = state.max_eid,
                            .commit_id = state.commit_id,
                            .instant = state.instant,
                            .instant_max = state.instant_max,
                            .schema = state.schema->write(),
                            .sweeps = state.sweeps};
  for (std::size_t i = 0; i < state.indices.size(); ++i) {
    const tree::Index& index = state.indices[i];
    if (index.overlay->is_empty()) {
      snapshot.roots[i] = index.base;
      continue;
    }
    STELE_TRY(snapshot.roots[i], tree::merge(index, reader, sink, shape));
    if (!reader.ok()) return reader_error(reader);
  }
  STELE_DO(sink.finish());
  // Only now do the nodes that were written last have a place.
  for (format::Root& root : snapshot.roots) root.place = sink.resolve(root.hash, root.place);
  return snapshot;
}

}  // namespace stele::db
