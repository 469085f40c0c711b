#include "tree/tree_testing.h"

#include <gtest/gtest.h>

#include "format/pack.h"

namespace stele::tree {
namespace {

int compare_number(std::uint64_t a, std::uint64_t b) { return (a > b) - (a < b); }

std::string value_text(const Value& v) {
  base::Bytes bytes;
  value::write_value(v, bytes);
  return base::to_hex(bytes);
}

}  // namespace

int compare_twin(Tree tree, const TwinRow& x, const TwinRow& y, int parts) {
  const int e = compare_number(x.e, y.e);
  const int a = compare(x.a, y.a);
  const int v = compare(x.v, y.v);
  const int tx = compare_number(x.tx, y.tx);
  std::array<int, 4> order{e, a, v, tx};
  if (tree == Tree::aevt || tree == Tree::past_aevt) order = {a, e, v, tx};
  if (tree == Tree::avet || tree == Tree::past_avet) order = {a, v, e, tx};
  for (int i = 0; i < parts; ++i) {
    if (order[static_cast<std::size_t>(i)] != 0) return order[static_cast<std::size_t>(i)];
  }
  return 0;
}

std::string to_text(const TwinRow& row) {
  return base::text(row.e, ' ', value_text(row.a), ' ', value_text(row.v), ' ', row.tx, ' ',
                    row.ended);
}

std::vector<std::string> to_texts(const Slice& slice) {
  std::vector<std::string> texts;
  for (std::uint32_t i = slice.begin; i < slice.end; ++i) {
    const Leaf& leaf = *slice.leaf;
    texts.push_back(to_text({leaf.e()[i], leaf.attribute(i), leaf.value(i), leaf.tx()[i],
                             format::has_ended(leaf.tree()) ? leaf.ended()[i] : 0}));
  }
  return texts;
}

Key Keys::operator()(const TwinKey& key) {
  values_.push_back(key.row.v);
  Key out;
  out.parts = key.parts;
  out.e = key.row.e;
  out.a = key.row.a;
  out.kind = key.row.v.kind();
  out.v = value::cell_of(values_.back(), arena_);
  out.tx = key.row.tx;
  return out;
}

World::World(std::uint64_t seed, const TreeShape& s, std::size_t cache_bytes)
    : random(seed),
      shape(s),
      memory(store::make_memory_store()),
      store(std::make_shared<store::CountingStore>(memory)),
      cache(std::make_shared<NodeCache>(cache_bytes)),
      source(make_store_source(store, cache)),
      attributes_{Value::keyword("a/one"), Value::keyword("a/two"), Value::keyword("b/three"),
                  Value::keyword("c"), Value::keyword("c/long-attribute-name")} {}

std::shared_ptr<NodeSource> World::cold_source(std::size_t cache_bytes) {
  return make_store_source(store, std::make_shared<NodeCache>(cache_bytes));
}

Moment World::empty_moment() {
  Moment moment;
  for (int i = 0; i < format::kTreeCount; ++i) {
    const auto tree = static_cast<Tree>(i);
    const auto at = static_cast<std::size_t>(i);
    moment.indices[at] = {tree, {}, Overlay::empty(tree), source.get()};
    moment.rows[at] = TwinRows(TwinLess{tree});
  }
  return moment;
}

Value World::random_value() {
  const auto small = static_cast<std::int64_t>(random.below(6));
  switch (random.below(8)) {
    case 0:
      return Value(static_cast<double>(small) + 0.5);
    case 1:
      return Value(base::text("common-prefix-of-some-length/", small));
    case 2:
      return Value::keyword("k", base::text("n", small));
    case 3:
      return Value::vector({Value(small), Value("x")});
    case 4:
      return Value(std::string(static_cast<std::size_t>(small) * 9, 'y'));
    default:
      return Value(small * 1000);
  }
}

TwinRow World::random_row() {
  TwinRow row;
  row.e = 1 + random.below(static_cast<std::uint64_t>(entities));
  row.a = random.pick(attributes_);
  row.v = random_value();
  row.tx = kTx0 + random.below(tx_ - kTx0 + 2);
  return row;
}

TwinKey World::random_key(Tree tree) {
  TwinKey key{static_cast<int>(random.below(static_cast<std::uint64_t>(key_parts(tree)) + 1)),
              random_row()};
  if (tree == Tree::log) key.row.e = key.row.tx;
  return key;
}

// A transaction under way: its edits, what they point into, and the twins, which follow at once.
class World::Transaction {
 public:
  Transaction(World& world, Moment& moment)
      : world_(world),
        moment_(moment),
        tx_(++world.tx_),
        changes_(std::make_shared<std::deque<format::Change>>()) {}

  // Asserts the fact, or retracts it if it holds and `retract` says so.
  void change(TwinRow row, bool retract) {
    row.tx = tx_;
    row.ended = 0;
    const auto present = moment_.rows[0].find(row);
    if (present == moment_.rows[0].end()) {
      changes_->push_back({row.e, row.a, row.v, true, tx_, 0});
      put_all(0, row, OverlayEdit::What::add);
    } else if (retract) {
      const TwinRow gone = *present;
      TwinRow past = gone;
      past.ended = tx_;
      changes_->push_back({row.e, row.a, past.v, false, tx_, past.tx});
      put_all(0, gone, OverlayEdit::What::remove);
      put_all(3, past, OverlayEdit::What::add);
    }
  }

  void commit() {
    const Value entry = Value::bytes(base::Bytes(world_.random.below(40), 7));
    changes_->push_back({.e = tx_, .v = entry, .tx = tx_});
    put(Tree::log, {tx_, Value(), entry, tx_ * 10, tx_ * 11}, OverlayEdit::What::add);
    for (std::size_t i = 0; i < edits_.size(); ++i) {
      if (edits_[i].empty()) continue;
      auto& overlay = moment_.indices[i].overlay;
      overlay = overlay->apply(edits_[i], changes_);
    }
  }

 private:
  // As if one attribute were not indexed by value.
  void put_all(int first, const TwinRow& row, OverlayEdit::What what) {
    const int trees = row.a == world_.attributes_[1] ? 2 : 3;
    for (int i = first; i < first + trees; ++i) put(static_cast<Tree>(i), row, what);
  }

  void put(Tree tree, const TwinRow& row, OverlayEdit::What what) {
    const auto at = static_cast<std::size_t>(tree);
    if (what == OverlayEdit::What::remove) {
      moment_.rows[at].erase(row);
    } else if (!moment_.rows[at].insert(row).second) {
      return;  // a fact that came and went twice within the transaction
    }
    edits_[at].push_back({what, &changes_->back(), row.tx, row.ended, 0});
  }

  World& world_;
  Moment& moment_;
  std::uint64_t tx_;
  std::shared_ptr<std::deque<format::Change>> changes_;
  std::array<std::vector<OverlayEdit>, format::kTreeCount> edits_;
};

void World::transact(Moment& moment, int changes_max) {
  Transaction transaction(*this, moment);
  TwinRow row;
  const auto changes = 1 + random.below(static_cast<std::uint64_t>(changes_max));
  for (std::uint64_t i = 0; i < changes; ++i) {
    // Now and then the same fact again: asserted and retracted, or the other way round.
    if (i == 0 || !random.chance(1, 4)) row = random_row();
    transaction.change(row, random.chance(2, 3));
  }
  transaction.commit();
}

void World::retract(Moment& moment, std::size_t facts) {
  Transaction transaction(*this, moment);
  for (; facts > 0 && !moment.rows[0].empty(); --facts) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(moment.rows[0].size()));
    transaction.change(TwinRow(*std::next(moment.rows[0].begin(), at)), true);
  }
  transaction.commit();
}

void World::merge(Moment& moment, Tree tree) {
  Index& index = moment.indices[static_cast<std::size_t>(tree)];
  PackSink sink(
      base::system_environment(),
      [&](const Hash& name, base::Bytes bytes) {
        return store->write_once(format::pack_key(name), bytes, {});
      },
      pack_bytes_max);
  Reader reader;
  auto root = tree::merge(index, reader, sink, shape);
  ASSERT_TRUE(root.ok()) << root.error().message();
  ASSERT_TRUE(sink.finish().ok());
  root->place = sink.resolve(root->hash, root->place);
  index.base = *root;
  index.overlay = Overlay::empty(tree);
}

void World::merge_all(Moment& moment) {
  for (int i = 0; i < format::kTreeCount; ++i) merge(moment, static_cast<Tree>(i));
}

namespace {

std::vector<std::string> texts_between(const TwinRows& rows, Tree tree, const TwinKey& lower,
                                       const TwinKey& upper, bool inclusive) {
  std::vector<std::string> texts;
  for (const TwinRow& row : rows) {
    if (compare_twin(tree, row, lower.row, lower.parts) < 0) continue;
    const int order = compare_twin(tree, row, upper.row, upper.parts);
    if (upper.parts > 0 && (inclusive ? order > 0 : order >= 0)) continue;
    texts.push_back(to_text(row));
  }
  return texts;
}

std::vector<std::string> scanned(const Index& index, const Range& range, Reader& reader,
                                 Scan::Direction direction) {
  std::vector<std::string> texts;
  Scan scan(index, range, reader, direction);
  for (Slice slice; scan.next(slice);) {
    EXPECT_GT(slice.size(), 0u);
    auto some = to_texts(slice);
    const auto at = direction == Scan::Direction::ascending ? texts.end() : texts.begin();
    texts.insert(at, some.begin(), some.end());
  }
  return texts;
}

void expect_range(World& world, const Index& index, const TwinRows& rows, const TwinKey& lower,
                  const TwinKey& upper, bool inclusive) {
  Keys keys;
  const Range range{keys(lower), keys(upper), inclusive};
  const auto expected = texts_between(rows, index.tree, lower, upper, inclusive);
  Reader reader;
  EXPECT_EQ(scanned(index, range, reader, Scan::Direction::ascending), expected);
  EXPECT_EQ(scanned(index, range, reader, Scan::Direction::descending), expected);
  EXPECT_EQ(count_rows(index, range, reader), expected.size());
  const auto requests = world.store->counts().total().requests;
  (void)estimate_rows(index, range);
  EXPECT_EQ(world.store->counts().total().requests, requests);
  EXPECT_TRUE(reader.ok());
}

void expect_probes(World& world, const Index& index, const TwinRows& rows) {
  std::vector<TwinKey> wanted(world.random.below(30));
  const int parts =
      1 + static_cast<int>(world.random.below(static_cast<std::uint64_t>(key_parts(index.tree))));
  for (TwinKey& key : wanted) {
    key = world.random_key(index.tree);
    key.parts = parts;
  }
  std::sort(wanted.begin(), wanted.end(), [&](const TwinKey& x, const TwinKey& y) {
    return compare_twin(index.tree, x.row, y.row, parts) < 0;
  });
  Keys make;
  std::vector<Key> keys;
  for (const TwinKey& key : wanted) keys.push_back(make(key));
  Reader reader;
  const Probes probes = probe(index, keys, reader);
  ASSERT_TRUE(reader.ok());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto found = to_texts(probes.slices[i]);
    for (const auto& [key, slice] : probes.more) {
      const auto more = to_texts(slice);
      if (key == i) found.insert(found.end(), more.begin(), more.end());
    }
    EXPECT_EQ(found, texts_between(rows, index.tree, wanted[i], wanted[i], true));
  }
  EXPECT_TRUE(std::is_sorted(probes.more.begin(), probes.more.end(),
                             [](const auto& x, const auto& y) { return x.first < y.first; }));
}

}  // namespace

void expect_same(World& world, const Index& index, const TwinRows& rows, int ranges) {
  SCOPED_TRACE(name(index.tree));
  EXPECT_EQ(index.size(), rows.size());
  expect_range(world, index, rows, {}, {}, true);
  for (int i = 0; i < ranges; ++i) {
    const TwinKey lower = world.random_key(index.tree);
    const TwinKey upper = world.random.chance(1, 2) ? lower : world.random_key(index.tree);
    expect_range(world, index, rows, lower, upper, world.random.chance(1, 2));
    expect_probes(world, index, rows);
  }
}

void expect_same(World& world, const Moment& moment, int ranges) {
  for (std::size_t i = 0; i < moment.indices.size(); ++i) {
    expect_same(world, moment.indices[i], moment.rows[i], ranges);
  }
}

LeafPtr integer_rows(Tree tree, const Value& attribute, std::uint64_t first, std::uint32_t count,
                     std::uint64_t step) {
  format::LeafBuilder rows(tree, count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t e = first + i * step;
    rows.add(e, attribute, Kind::int64, value::cell_of(static_cast<std::int64_t>(e * 7)), kTx0 + 1);
  }
  return rows.finish();
}

Root load_integers(Store& store, Tree tree, const Value& attribute, std::uint64_t first,
                   std::uint64_t count, std::uint64_t step, const TreeShape& shape) {
  PackSink sink(base::system_environment(), [&](const Hash& name, base::Bytes bytes) {
    return store.write_once(format::pack_key(name), bytes, {});
  });
  TreeBuilder builder(tree, sink, shape);
  constexpr std::uint64_t kRowsTogether = 1000;
  for (std::uint64_t i = 0; i < count; i += kRowsTogether) {
    const auto rows = static_cast<std::uint32_t>(std::min(kRowsTogether, count - i));
    const auto leaf = integer_rows(tree, attribute, first + i * step, rows, step);
    EXPECT_TRUE(builder.add(leaf, 0, rows).ok());
  }
  auto root = builder.finish();
  EXPECT_TRUE(root.ok());
  EXPECT_TRUE(sink.finish().ok());
  root->place = sink.resolve(root->hash, root->place);
  return *root;
}

}  // namespace stele::tree
