#include "db/runs.h"

#include <utility>

namespace stele::db {
namespace {

using format::Leaf;

constexpr std::uint32_t kLeafRows = 4096;  // collected rows are cut into leaves of about as many
// Shorter runs are copied: slices cost their readers more than rows do.
constexpr std::uint32_t kLongRun = 512;
// Runs of the past from here on are worth a look at their leaf's attributes.
constexpr std::uint32_t kBlockRun = 16;

}  // namespace

void append_run(Runs& runs, const Run& run) {
  const bool continues = !runs.empty() && runs.back().from == run.from &&
                         runs.back().end == run.begin && runs.back().key == run.key &&
                         runs.back().ends == run.ends;
  if (continues) {
    runs.back().end = run.end;
  } else {
    runs.push_back(run);
  }
}

void RunAssembler::own(const Run& run) {
  const Leaf*& last = owned_[run.is_past()];
  if (last == run.from->leaf.get()) return;
  last = run.from->leaf.get();
  builder_->own(run.from->leaf);
}

void RunAssembler::add_rows(const Run& run) {
  const Leaf& leaf = *run.from->leaf;
  const auto tx = run.ends ? leaf.ended() : leaf.tx();
  const std::uint64_t added = run.ends ? 0 : 1;
  if (!run.is_past() && !makes_events_) {
    builder_->add_rows(leaf, run.begin, run.end);
  } else if (!run.is_past() || run.size() >= kBlockRun) {
    builder_->add_rows(leaf, run.begin, run.end, tx, added);
  } else {
    for (std::uint32_t row = run.begin; row < run.end; ++row) {
      builder_->add(leaf.e()[row], leaf.attribute(row), leaf.kind(row), leaf.v()[row], tx[row],
                    added);
    }
  }
}

void RunAssembler::collect(const Run& run) {
  if (!builder_) builder_.emplace(tree_);
  own(run);
  const std::uint32_t begin = builder_->size();
  add_rows(run);
  append_run(stretches_, {nullptr, begin, builder_->size(), run.key});
  if (builder_->size() >= kLeafRows) finish_leaf();
}

void RunAssembler::finish_leaf() {
  if (stretches_.empty()) return;
  owned_[0] = owned_[1] = nullptr;
  const LeafPtr leaf = builder_->finish();
  for (const Run& stretch : stretches_) {
    answer_.push_back({stretch.key, {leaf, stretch.begin, stretch.end}});
  }
  stretches_.clear();
}

std::vector<RunAssembler::KeySlice> RunAssembler::assemble(const Runs& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    const bool alone = (i == 0 || runs[i - 1].key != run.key) &&
                       (i + 1 == runs.size() || runs[i + 1].key != run.key);
    if (run.is_past() || (!alone && run.size() < kLongRun)) {
      collect(run);
      continue;
    }
    if (!alone) finish_leaf();  // what is collected comes before
    answer_.push_back({run.key, {run.from->leaf, run.begin, run.end}});
  }
  finish_leaf();
  return std::exchange(answer_, {});
}

}  // namespace stele::db
