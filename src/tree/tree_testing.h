// What the tests of this room share: a store with a tree of each kind in it, and beside it a twin
// that keeps the same rows in plain sets and answers everything by looking at all of them.
//
// Not thread safe.
#pragma once

#include <algorithm>
#include <deque>
#include <set>

#include "base/testing_random.h"
#include "base/text.h"
#include "store/counting_store.h"
#include "store/memory_store.h"
#include "tree/merge.h"
#include "tree/store_source.h"

namespace stele::tree {

struct TwinRow {
  std::uint64_t e = 0;
  Value a;
  Value v;
  std::uint64_t tx = 0;
  std::uint64_t ended = 0;
};

// A bound as the twin sees it: the first `parts` components of a row.
struct TwinKey {
  int parts = 0;
  TwinRow row;
};

int compare_twin(Tree tree, const TwinRow& x, const TwinRow& y, int parts);

struct TwinLess {
  Tree tree = Tree::eavt;
  bool operator()(const TwinRow& x, const TwinRow& y) const {
    const int order = compare_twin(tree, x, y, key_parts(tree));
    return order != 0 ? order < 0 : is_past(tree) && x.ended < y.ended;
  }
};
using TwinRows = std::set<TwinRow, TwinLess>;

// Rows as text, so that a failed comparison shows what differs.
std::string to_text(const TwinRow& row);
std::vector<std::string> to_texts(const Slice& slice);

// Index keys borrow their values: these keep them.
class Keys {
 public:
  Key operator()(const TwinKey& key);

 private:
  std::deque<Value> values_;
  base::Arena arena_;
};

// All trees of a database and their twins, at one moment.
struct Moment {
  std::array<Index, format::kTreeCount> indices;
  std::array<TwinRows, format::kTreeCount> rows;
};

class World {
 public:
  explicit World(std::uint64_t seed, const TreeShape& shape = TreeShape(),
                 std::size_t cache_bytes = NodeCache::kBytesDefault);

  // Applies a random transaction to the trees of the moment and to the twins.
  void transact(Moment& moment, int changes_max);
  // Retracts facts picked at random, in one transaction.
  void retract(Moment& moment, std::size_t facts);
  // Merges the overlay of one tree, or of all.
  void merge(Moment& moment, Tree tree);
  void merge_all(Moment& moment);
  Moment empty_moment();

  TwinRow random_row();
  TwinKey random_key(Tree tree);

  base::TestRandom random;
  TreeShape shape;
  std::size_t pack_bytes_max = PackSink::kPackBytesMax;
  int entities = 40;  // rows of random transactions are about these
  std::shared_ptr<Store> memory;
  std::shared_ptr<store::CountingStore> store;
  std::shared_ptr<NodeCache> cache;
  std::shared_ptr<NodeSource> source;

  // A source of the same store with nothing in its cache.
  std::shared_ptr<NodeSource> cold_source(std::size_t cache_bytes = NodeCache::kBytesDefault);

 private:
  class Transaction;
  Value random_value();

  std::uint64_t tx_ = kTx0;
  std::vector<Value> attributes_;
};

// Does the index hold what the twin holds? All rows both ways, and `ranges` random ranges, counts
// and sets of probes. Failures are test failures.
void expect_same(World& world, const Index& index, const TwinRows& rows, int ranges);
void expect_same(World& world, const Moment& moment, int ranges);

// A leaf of `count` rows (e, a, v = e * 7, tx) with entities from `first` on, `step` apart.
LeafPtr integer_rows(Tree tree, const Value& attribute, std::uint64_t first, std::uint32_t count,
                     std::uint64_t step = 1);

// A tree of such rows, written to the store in one pack or several.
Root load_integers(Store& store, Tree tree, const Value& attribute, std::uint64_t first,
                   std::uint64_t count, std::uint64_t step = 1, const TreeShape& shape = {});

}  // namespace stele::tree
