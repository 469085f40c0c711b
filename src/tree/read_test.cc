// Reading from stores that are slow, empty-handed or damaged.

#include <gtest/gtest.h>

#include "format/pack.h"
#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

using store::Operation;

const Value kAge = Value::keyword("person/age");

// A tree of integer rows and what it takes to read it.
struct Fixture {
  explicit Fixture(std::uint64_t rows, const TreeShape& shape = {})
      : world(1, shape),
        index{Tree::aevt, load_integers(*world.store, Tree::aevt, kAge, 1, rows, 1, shape),
              Overlay::empty(Tree::aevt), world.source.get()} {}

  std::uint64_t scan(const Range& range, Reader& reader) {
    std::uint64_t rows = 0;
    Scan s(index, range, reader);
    for (Slice slice; s.next(slice);) rows += slice.size();
    return rows;
  }
  std::uint64_t requests() const { return world.store->counts()[Operation::read].requests; }
  std::uint64_t rounds() const { return world.store->counts()[Operation::read].rounds; }

  World world;
  Index index;
};

TreeShape small_shape() {
  TreeShape shape;
  shape.leaf_rows_target = 50;
  shape.leaf_rows_max = 100;
  shape.leaf_rows_min = 12;
  shape.fanout_max = 40;
  return shape;
}

TEST(Reading, ASecondScanAsksTheStoreForNothing) {
  Fixture f(100'000);
  Reader first;
  EXPECT_EQ(f.scan(Range::all(), first), 100'000u);
  EXPECT_GT(first.statistics().requests, 0u);
  EXPECT_EQ(first.statistics().requests, f.requests());
  const auto requests = f.requests();
  Reader second;
  EXPECT_EQ(f.scan(Range::all(), second), 100'000u);
  EXPECT_EQ(f.requests(), requests);
  EXPECT_EQ(second.statistics().rounds, 0u);
}

TEST(Reading, AColdScanCostsRoundsAndNotNodes) {
  Fixture f(100'000, small_shape());  // 2,000 leaves
  Reader reader;
  EXPECT_EQ(f.scan(Range::all(), reader), 100'000u);
  EXPECT_EQ(reader.statistics().rounds, f.rounds());
  EXPECT_LT(f.rounds(), 120u);
}

TEST(Reading, ABoundedScanReadsNoLeafOutsideItsRange) {
  Fixture f(100'000, small_shape());
  Reader reader;
  const Range range{Key::aevt(kAge, 40'000), Key::aevt(kAge, 40'499), true};
  EXPECT_EQ(f.scan(range, reader), 500u);
  EXPECT_LT(reader.statistics().nodes, 11 + 3 + 2u);
}

TEST(Reading, ProbesTakeARoundALevel) {
  Fixture f(100'000, small_shape());
  std::vector<Key> keys;
  for (std::uint64_t e = 1; e <= 100'000; e += 97) keys.push_back(Key::aevt(kAge, e));
  Reader reader;
  const Probes probes = probe(f.index, keys, reader);
  for (const Slice& slice : probes.slices) EXPECT_EQ(slice.size(), 1u);
  EXPECT_EQ(f.rounds(), f.index.base.height);
}

TEST(Reading, CountingReadsTwoNodesALevel) {
  Fixture f(100'000, small_shape());
  Reader reader;
  const Range range{Key::aevt(kAge, 1'000), Key::aevt(kAge, 90'000), false};
  EXPECT_EQ(count_rows(f.index, range, reader), 89'000u);
  EXPECT_LE(reader.statistics().nodes, 2u * f.index.base.height);
  EXPECT_EQ(f.rounds(), f.index.base.height);
}

TEST(Reading, EstimatesAreExactOnceNodesAreAtHand) {
  Fixture f(100'000, small_shape());
  const Range range{Key::aevt(kAge, 1'000), Key::aevt(kAge, 90'000), false};
  EXPECT_GT(estimate_rows(f.index, range), 0u);
  EXPECT_EQ(f.requests(), 0u);
  Reader reader;
  const auto exact = count_rows(f.index, range, reader);
  EXPECT_EQ(estimate_rows(f.index, range), exact);
}

// Runs an operation on a source that never waits until it misses nothing; answers how often it ran.
template <typename Operation>
int run_with_misses(Fixture& f, PassiveSource& source, Operation operation) {
  f.index.source = &source;
  Reader reader;
  for (int passes = 1;; ++passes) {
    operation(reader);
    if (reader.status() == Reader::Status::ok) return passes;
    EXPECT_EQ(reader.status(), Reader::Status::missing);
    EXPECT_FALSE(reader.missing().empty());
    for (const auto& [from, ref] : reader.missing()) {
      EXPECT_EQ(from, &source);
      auto frame = f.world.store->read(format::pack_key(ref.place.pack),
                                       {ref.place.offset, ref.place.length}, {});
      EXPECT_TRUE(source.load(ref, *frame).ok());
    }
    reader.retry();
  }
}

TEST(Misses, AProbeRunsOnceMoreThanTheTreeIsHigh) {
  Fixture f(100'000, small_shape());
  PassiveSource source(std::make_shared<NodeCache>());
  std::vector<Key> keys;
  for (std::uint64_t e = 1; e <= 100'000; e += 997) keys.push_back(Key::aevt(kAge, e));
  Probes probes;
  const int passes =
      run_with_misses(f, source, [&](Reader& reader) { probes = probe(f.index, keys, reader); });
  EXPECT_LE(passes, f.index.base.height + 1);
  for (const Slice& slice : probes.slices) EXPECT_EQ(slice.size(), 1u);
}

TEST(Misses, ACountRunsOnceMoreThanTheTreeIsHigh) {
  Fixture f(100'000, small_shape());
  PassiveSource source(std::make_shared<NodeCache>());
  std::uint64_t rows = 0;
  const Range range{Key::aevt(kAge, 1'000), Key::aevt(kAge, 90'000), false};
  const int passes = run_with_misses(
      f, source, [&](Reader& reader) { rows = count_rows(f.index, range, reader); });
  EXPECT_LE(passes, f.index.base.height + 1);
  EXPECT_EQ(rows, 89'000u);
}

TEST(Misses, AScanRunsAsOftenAsItsWindowsSay) {
  Fixture f(5'000, small_shape());  // 100 leaves: windows of 1, 2, 4, … 64
  PassiveSource source(std::make_shared<NodeCache>());
  std::uint64_t rows = 0;
  const int passes =
      run_with_misses(f, source, [&](Reader& reader) { rows = f.scan(Range::all(), reader); });
  EXPECT_LE(passes, f.index.base.height + 1 + 9);
  EXPECT_EQ(rows, 5'000u);
}

TEST(Misses, ARetryNeedsNothingTwiceEvenWithoutACache) {
  Fixture f(5'000, small_shape());
  // Room for a node or two a shard: what one pass was given is gone by the next, but pinned.
  PassiveSource source(std::make_shared<NodeCache>(16 * 6'000));
  std::uint64_t rows = 0;
  const int passes =
      run_with_misses(f, source, [&](Reader& reader) { rows = f.scan(Range::all(), reader); });
  EXPECT_LT(passes, 200);
  EXPECT_EQ(rows, 5'000u);
}

TEST(Misses, AreStickyAndGiveNothing) {
  Fixture f(5'000, small_shape());
  PassiveSource source(std::make_shared<NodeCache>());
  f.index.source = &source;
  Reader reader;
  EXPECT_EQ(f.scan(Range::all(), reader), 0u);
  EXPECT_EQ(reader.status(), Reader::Status::missing);
  EXPECT_EQ(reader.missing().size(), 1u);
  EXPECT_EQ(count_rows(f.index, Range::prefix(Key::aevt(kAge)), reader), 0u);
  EXPECT_EQ(reader.missing().size(), 1u);
}

TEST(Deadlines, EndAScan) {
  Fixture f(5'000, small_shape());
  base::Environment& environment = base::system_environment();
  Reader late({.deadline = {environment.steady_ms() - 1}, .environment = &environment});
  EXPECT_EQ(f.scan(Range::all(), late), 0u);
  ASSERT_EQ(late.status(), Reader::Status::failed);
  EXPECT_EQ(late.error().category(), ErrorCategory::limit);
  CancelFlag cancel = true;
  Reader cancelled({.cancel = &cancel});
  EXPECT_EQ(f.scan(Range::all(), cancelled), 0u);
  EXPECT_EQ(cancelled.error().code(), "read/cancelled");
}

// A copy of a store's packs, in which a byte can be changed.
struct Copy {
  explicit Copy(Store& from)
      : store(store::make_memory_store(base::system_environment(), "mem:bad")) {
    auto page = from.list("packs/", "", {});
    for (const auto& object : page->objects) {
      packs.emplace_back(object.key, *from.read(object.key, {}, {}));
    }
  }
  void write() {
    for (const auto& [key, bytes] : packs) EXPECT_TRUE(store->write_once(key, bytes, {}).ok());
  }
  std::vector<std::pair<std::string, base::Bytes>> packs;
  std::shared_ptr<Store> store;
};

TEST(Damage, IsAnErrorWithPackAndOffsetAndNeverAWrongRow) {
  Fixture f(2'000, small_shape());
  const Range all = Range::all();
  Reader good_reader;
  std::vector<std::string> expected;
  Scan good(f.index, all, good_reader);
  for (Slice slice; good.next(slice);) {
    for (auto& text : to_texts(slice)) expected.push_back(std::move(text));
  }
  base::TestRandom random(11);
  int failures = 0;
  for (int run = 0; run < 300; ++run) {
    Copy copy(*f.world.store);
    auto& bytes = random.pick(copy.packs).second;
    bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
    copy.write();
    const auto source = make_store_source(copy.store, std::make_shared<NodeCache>());
    Index index = f.index;
    index.source = source.get();
    Reader reader;
    std::vector<std::string> rows;
    Scan scan(index, all, reader);
    for (Slice slice; scan.next(slice);) {
      for (auto& text : to_texts(slice)) rows.push_back(std::move(text));
    }
    ASSERT_LE(rows.size(), expected.size());
    ASSERT_TRUE(std::equal(rows.begin(), rows.end(), expected.begin()));
    if (reader.ok()) {
      ASSERT_EQ(rows.size(), expected.size());
      continue;
    }
    ++failures;
    const Error& error = reader.error();
    // Where children lie is not covered by a branch's hash: a damaged hint may name a pack that was
    // never there.
    const bool no_such_pack = error.code() == "store/missing";
    ASSERT_TRUE(error.category() == ErrorCategory::corrupt || no_such_pack) << error.message();
    ASSERT_NE(error.message().find("packs/"), std::string::npos) << error.message();
    ASSERT_NE(error.message().find("mem:bad"), std::string::npos) << error.message();
    ASSERT_NE(error.data().find_keyword("offset"), nullptr);
    ASSERT_NE(error.data().find_keyword("pack"), nullptr);
    Reader again;
    ASSERT_FALSE(verify_tree(*source, index.tree, index.base, again).ok());
  }
  EXPECT_GT(failures, 150);  // the rest hit nonces, directories and hints that are not followed
}

TEST(Damage, AMissingPackIsUnavailable) {
  Fixture f(2'000);
  const auto nothing = store::make_memory_store();
  const auto source = make_store_source(nothing, std::make_shared<NodeCache>());
  f.index.source = source.get();
  Reader reader;
  EXPECT_EQ(f.scan(Range::all(), reader), 0u);
  ASSERT_EQ(reader.status(), Reader::Status::failed);
  EXPECT_EQ(reader.error().category(), ErrorCategory::unavailable);
}

TEST(Hints, ThatAreWrongAreLookedUpInThePack) {
  Fixture f(20'000, small_shape());
  f.index.base.place.offset += 3;
  Reader reader;
  EXPECT_EQ(f.scan(Range::all(), reader), 20'000u);
  EXPECT_TRUE(reader.ok());
  f.index.base.place.offset = 1u << 30;
  const auto cold = f.world.cold_source();
  f.index.source = cold.get();
  Reader beyond;
  EXPECT_EQ(f.scan(Range::all(), beyond), 20'000u);
  EXPECT_TRUE(beyond.ok());
}

TEST(Hints, OfANodeThatIsNowhereAreAnError) {
  Fixture f(2'000);
  f.index.base.hash.bytes[3] ^= 1;
  Reader reader;
  EXPECT_EQ(f.scan(Range::all(), reader), 0u);
  EXPECT_EQ(reader.error().category(), ErrorCategory::corrupt);
}

TEST(Roots, ThatSayWhatIsNotSoAreAnError) {
  for (int what = 0; what < 3; ++what) {
    Fixture f(2'000);
    if (what == 0) f.index.base.count += 1;
    if (what == 1) f.index.base.height += 1;
    if (what == 2) f.index.tree = Tree::eavt;
    if (what == 2) f.index.overlay = Overlay::empty(Tree::eavt);
    Reader reader;
    EXPECT_EQ(f.scan(Range::all(), reader), 0u);
    ASSERT_EQ(reader.status(), Reader::Status::failed);
    EXPECT_EQ(reader.error().code(), "node/misplaced");
  }
}

}  // namespace
}  // namespace stele::tree
