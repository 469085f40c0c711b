#include <benchmark/benchmark.h>

#include "base/hash.h"
#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

const Value kAge = Value::keyword("person/age");
constexpr std::uint64_t kRows = 1'000'000;

// A million rows in a tree by attribute, all in memory.
struct Warm {
  Warm() : world(1) {
    index = {Tree::aevt, load_integers(*world.store, Tree::aevt, kAge, 1, kRows),
             Overlay::empty(Tree::aevt), world.source.get()};
    scan(Range::all());
  }
  std::uint64_t scan(const Range& range) {
    Reader reader;
    std::uint64_t sum = 0;
    Scan s(index, range, reader);
    for (Slice slice; s.next(slice);) {
      for (const auto v : slice.leaf->v().subspan(slice.begin, slice.size())) sum += v;
    }
    return sum;
  }
  World world;
  Index index;
};
Warm& warm() {
  static Warm it;
  return it;
}

// `count` rows about random entities below a million that are not in the tree.
OverlayPtr random_overlay(Tree tree, std::uint64_t count, std::uint64_t seed) {
  auto changes = std::make_shared<std::vector<format::Change>>();
  changes->reserve(count);
  base::TestRandom random(seed);
  std::vector<OverlayEdit> edits;
  for (std::uint64_t i = 0; i < count; ++i) {
    changes->push_back({1 + random.below(kRows), kAge, Value(std::int64_t(random.next() >> 1)),
                        true, kTx0 + 2, 0});
    edits.push_back({OverlayEdit::What::add, &changes->back(), kTx0 + 2, 0, base::mix(seed, i)});
  }
  return Overlay::empty(tree)->apply(std::move(edits), changes);
}

void per_item(benchmark::State& state, std::uint64_t items, const char* name) {
  state.counters[name] =
      benchmark::Counter(static_cast<double>(items), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
}

void BM_ScanWarm(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(warm().scan(Range::all()));
  per_item(state, kRows, "per_row");
}
BENCHMARK(BM_ScanWarm)->Unit(benchmark::kMicrosecond);

void BM_ScanCold(benchmark::State& state) {
  for (auto _ : state) {
    const auto source = warm().world.cold_source();
    Index index = warm().index;
    index.source = source.get();
    Reader reader;
    Scan scan(index, Range::all(), reader);
    for (Slice slice; scan.next(slice);) benchmark::DoNotOptimize(slice.size());
  }
  per_item(state, kRows, "per_row");
}
BENCHMARK(BM_ScanCold)->Unit(benchmark::kMillisecond);

void BM_ScanWithOverlay(benchmark::State& state) {
  Index index = warm().index;
  index.overlay = random_overlay(Tree::aevt, 2'000, 1);
  for (auto _ : state) {
    Reader reader;
    Scan scan(index, Range::all(), reader);
    for (Slice slice; scan.next(slice);) benchmark::DoNotOptimize(slice.size());
  }
  per_item(state, kRows, "per_row");
}
BENCHMARK(BM_ScanWithOverlay)->Unit(benchmark::kMicrosecond);

// Merged anew each time: what the first scan after a fold of the tail costs more.
void BM_MergeOverlayIntoLeaves(benchmark::State& state) {
  Index index = warm().index;
  std::uint64_t seed = 1;
  for (auto _ : state) {
    state.PauseTiming();
    index.overlay = random_overlay(Tree::aevt, 2'000, ++seed);
    state.ResumeTiming();
    Reader reader;
    Scan scan(index, Range::all(), reader);
    for (Slice slice; scan.next(slice);) benchmark::DoNotOptimize(slice.size());
  }
  per_item(state, kRows, "per_row");
}
BENCHMARK(BM_MergeOverlayIntoLeaves)->Unit(benchmark::kMicrosecond);

// Keys step by step through the tree; range(0): how many, range(1): how far apart.
void BM_Probe(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const auto step = static_cast<std::uint64_t>(state.range(1));
  std::vector<Key> keys;
  base::TestRandom random(1);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t jitter = step > 1 ? random.below(step) : 0;
    keys.push_back(Key::aevt(kAge, 1 + i * step + jitter));
  }
  for (auto _ : state) {
    Reader reader;
    benchmark::DoNotOptimize(probe(warm().index, keys, reader));
  }
  per_item(state, count, "per_key");
}
BENCHMARK(BM_Probe)
    ->Args({1, 1})
    ->Args({100, 1})
    ->Args({10'000, 1})
    ->Args({10'000, 100})
    ->Args({100'000, 10})
    ->Args({1'000'000, 1})
    ->Unit(benchmark::kMicrosecond);

void BM_CountRange(benchmark::State& state) {
  const Range range{Key::aevt(kAge, 100'000), Key::aevt(kAge, 900'000), true};
  for (auto _ : state) {
    Reader reader;
    benchmark::DoNotOptimize(count_rows(warm().index, range, reader));
  }
}
BENCHMARK(BM_CountRange);

void BM_EstimateRange(benchmark::State& state) {
  const Range range{Key::aevt(kAge, 100'000), Key::aevt(kAge, 900'000), true};
  for (auto _ : state) benchmark::DoNotOptimize(estimate_rows(warm().index, range));
}
BENCHMARK(BM_EstimateRange);

void merge_rows(benchmark::State& state, const Index& index) {
  for (auto _ : state) {
    PackSink sink(base::system_environment(), [](const Hash&, base::Bytes) { return Done(); });
    Reader reader;
    benchmark::DoNotOptimize(merge(index, reader, sink));
  }
  per_item(state, index.overlay->size(), "per_row");
}
// An overlay of range(0) rows into a million: nearly every leaf is touched from 2,000 on.
void BM_MergeIntoTree(benchmark::State& state) {
  Index index = warm().index;
  index.overlay = random_overlay(Tree::aevt, static_cast<std::uint64_t>(state.range(0)), 1);
  merge_rows(state, index);
}
BENCHMARK(BM_MergeIntoTree)->Arg(10)->Arg(2'000)->Arg(500'000)->Unit(benchmark::kMicrosecond);

void BM_MergeIntoEmptyTree(benchmark::State& state) {
  Index index{Tree::aevt, {}, random_overlay(Tree::aevt, 500'000, 1), warm().world.source.get()};
  merge_rows(state, index);
}
BENCHMARK(BM_MergeIntoEmptyTree)->Unit(benchmark::kMillisecond);

// A transaction of six datoms about one new entity, on a tail of range(0) entries.
void BM_OverlayApply(benchmark::State& state) {
  const auto overlay = random_overlay(Tree::aevt, static_cast<std::uint64_t>(state.range(0)), 1);
  auto changes = std::make_shared<std::vector<format::Change>>();
  for (int i = 0; i < 6; ++i) {
    changes->push_back(
        {500'000 + 7u * static_cast<unsigned>(i), kAge, Value(i), true, kTx0 + 3, 0});
  }
  for (auto _ : state) {
    std::vector<OverlayEdit> edits;
    for (const auto& change : *changes) {
      edits.push_back({OverlayEdit::What::add, &change, kTx0 + 3, 0, 0});
    }
    benchmark::DoNotOptimize(overlay->apply(std::move(edits), changes));
  }
}
BENCHMARK(BM_OverlayApply)->Arg(0)->Arg(2'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stele::tree
