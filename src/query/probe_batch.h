// probe_batch: the rows of a pattern's index for many ascending keys, as batches by leaf.
#pragma once

#include "base/try.h"
#include "query/leaf_rows.h"

namespace stele::query {

// Keys whose rows lie in one leaf make one batch; `take(leaf, batch)` gets them in key order.
// Rows [first[i], first[i + 1]) of the left side are joined with the rows that begin with keys[i].
template <typename Take>
Done probe_batch(const DbPattern& pattern, IndexOrder order, std::span<const format::Key> keys,
                 std::span<const Row> first, Run& run, const Take& take) {
  STELE_DO(run.reserve(keys.size() * (sizeof(format::Key) + sizeof(tree::Slice))));
  const tree::Probes probes = db::probe(*pattern.view, order, keys, run.reader, pattern.events);
  STELE_DO(run.keep_going());
  format::LeafPtr leaf;
  Batch batch;
  const auto add = [&](std::size_t i, const tree::Slice& slice) -> Done {
    if (slice.size() == 0) return {};
    if (leaf && (slice.leaf != leaf || batch.leaf_rows.size() >= kRowsBetweenPolls)) {
      STELE_DO(take(leaf, batch));
      STELE_DO(run.keep_going());
    }
    leaf = slice.leaf;
    for (Row left = first[i]; left < first[i + 1]; ++left) {
      for (Row row = slice.begin; row < slice.end; ++row) batch.add(left, row);
    }
    return {};
  };
  std::size_t next = 0;
  for (std::size_t i = 0; i < probes.slices.size(); ++i) {
    STELE_DO(add(i, probes.slices[i]));
    for (; next < probes.more.size() && probes.more[next].first == i; ++next) {
      STELE_DO(add(i, probes.more[next].second));
    }
  }
  return leaf ? take(leaf, batch) : Done();
}

}  // namespace stele::query
