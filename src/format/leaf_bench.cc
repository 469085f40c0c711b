// Rates of columns and leaves, and bytes a datom: 2,048 rows a leaf, people with five attributes.

#include <benchmark/benchmark.h>

#include <stele/datom.h>

#include "base/testing_random.h"
#include "format/branch.h"
#include "format/columns.h"
#include "format/order.h"

namespace stele::format {
namespace {

using base::Bytes;

constexpr std::size_t kRows = 2048;

// ---- Columns ------------------------------------------------------------------------------------

using Numbers = std::vector<std::uint64_t>;

Numbers make_column(int shape) {
  base::TestRandom random(1);
  Numbers few(200);
  for (auto& x : few) x = random.next();
  Numbers numbers(kRows);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    sum += 1 + random.below(16);
    const std::uint64_t shapes[] = {
        7,   1000 + 3 * i,  random.below(100),      random.below(100'000),
        sum, i / 100 * 977, few[random.below(200)], random.next()};
    numbers[i] = shapes[shape];
  }
  return numbers;
}

constexpr const char* kShapes[] = {
    "constant",          "stride",      "age 0-99",     "salary 17 bits",
    "sorted, gaps 1-16", "runs of 100", "200 distinct", "random"};

void encode_column(benchmark::State& state) {
  const Numbers numbers = make_column(static_cast<int>(state.range(0)));
  IntegerEncoder encoder;
  Bytes out;
  for (auto _ : state) {
    out.clear();
    encoder.encode(numbers, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetLabel(kShapes[state.range(0)]);
  state.counters["bits/value"] = static_cast<double>(out.size()) * 8 / kRows;
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}
BENCHMARK(encode_column)->DenseRange(0, 7);

void decode_column(benchmark::State& state) {
  Bytes bytes;
  IntegerEncoder().encode(make_column(static_cast<int>(state.range(0))), bytes);
  IntegerDecoder decoder;
  Numbers numbers(kRows);
  for (auto _ : state) {
    base::ByteReader in(bytes);
    decoder.decode(in, numbers);
    benchmark::DoNotOptimize(numbers.data());
  }
  state.SetLabel(kShapes[state.range(0)]);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}
BENCHMARK(decode_column)->DenseRange(0, 7);

// ---- Leaves of people ---------------------------------------------------------------------------

struct Row {
  std::uint64_t e;
  Value a;
  Value v;
  std::uint64_t tx;
};

std::vector<Row> make_people(std::size_t count, bool aged) {
  base::TestRandom random(2);
  std::vector<Row> rows;
  const char* const names[] = {"Ivan", "Petr",   "Sergei", "Oleg",
                               "Yuri", "Dmitry", "Fedor",  "Denis"};
  for (std::uint64_t e = 1; e <= count; ++e) {
    const Value values[] = {Value(random.below(100)), Value(random.pick(names)),
                            Value(random.pick(names)), Value(random.below(100'000)),
                            Value::keyword(random.chance(1, 2) ? "male" : "female")};
    const char* const attributes[] = {"age", "last-name", "name", "salary", "sex"};
    for (std::size_t i = 0; i < 5; ++i) {
      const std::uint64_t tx = aged ? random.below(1 << 20) : e / 1000;
      rows.push_back({e, Value::keyword("person", attributes[i]), values[i], kTx0 + 1 + tx});
    }
  }
  return rows;
}

void sort_rows(Tree tree, std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end(), [&](const Row& x, const Row& y) {
    const int a = compare(x.a, y.a), v = compare(x.v, y.v);
    const int e = (x.e > y.e) - (x.e < y.e);
    if (tree == Tree::eavt) return e != 0 ? e < 0 : a < 0;
    if (a != 0) return a < 0;
    if (tree == Tree::aevt) return e < 0;
    return v != 0 ? v < 0 : e < 0;
  });
}

std::vector<LeafPtr> make_leaves(Tree tree, bool aged) {
  std::vector<Row> rows = make_people(20'000, aged);
  sort_rows(tree, rows);
  std::vector<LeafPtr> leaves;
  LeafBuilder builder(tree, kRows);
  for (const Row& row : rows) {
    const Cell cell = value::cell_of(row.v, builder.arena());
    builder.add(row.e, row.a, row.v.kind(), value::copy_cell(row.v.kind(), cell, builder.arena()),
                row.tx);
    if (builder.size() == kRows) leaves.push_back(builder.finish());
  }
  return leaves;
}

void set_counters(benchmark::State& state, std::size_t bytes, std::size_t leaves) {
  const auto rows = static_cast<double>(leaves * kRows);
  state.SetLabel(std::string(name(static_cast<Tree>(state.range(0)))) +
                 (state.range(1) != 0 ? " aged" : ""));
  state.counters["bytes/datom"] = static_cast<double>(bytes) / rows;
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(leaves * kRows));
}

void encode_leaves(benchmark::State& state) {
  const auto leaves = make_leaves(static_cast<Tree>(state.range(0)), state.range(1) != 0);
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (const LeafPtr& leaf : leaves) bytes += encode_leaf(*leaf).size();
  }
  set_counters(state, bytes, leaves.size());
}
BENCHMARK(encode_leaves)->ArgsProduct({{0, 1, 2}, {0, 1}});

void decode_leaves(benchmark::State& state) {
  std::vector<std::shared_ptr<const Bytes>> contents;
  std::size_t bytes = 0;
  for (const LeafPtr& leaf : make_leaves(static_cast<Tree>(state.range(0)), state.range(1) != 0)) {
    contents.push_back(std::make_shared<const Bytes>(encode_leaf(*leaf)));
    bytes += contents.back()->size();
  }
  for (auto _ : state) {
    for (const auto& content : contents) benchmark::DoNotOptimize(decode_leaf(*content, content));
  }
  set_counters(state, bytes, contents.size());
}
BENCHMARK(decode_leaves)->ArgsProduct({{0, 1, 2}, {0, 1}});

// Every other ten rows from each of two leaves: an overlay merge at its worst.
void copy_rows(benchmark::State& state) {
  const auto step = static_cast<std::uint32_t>(state.range(0));
  const LeafPtr leaf = make_leaves(Tree::eavt, false)[0];
  for (auto _ : state) {
    LeafBuilder builder(Tree::eavt, kRows);
    builder.own(leaf);
    for (std::uint32_t row = 0; row < kRows; row += step) {
      builder.add_rows(*leaf, row, std::min<std::uint32_t>(kRows, row + step));
    }
    benchmark::DoNotOptimize(builder.finish());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}
BENCHMARK(copy_rows)->Arg(10)->Arg(100)->Arg(2048);

void find_entity_and_attribute(benchmark::State& state) {
  const LeafPtr leaf = make_leaves(Tree::eavt, false)[0];
  const Value attribute = Value::keyword("person", "salary");
  base::TestRandom random(3);
  std::uint64_t e = 1;
  for (auto _ : state) {
    const Key key = Key::eavt(e, attribute);
    benchmark::DoNotOptimize(lower_row(*leaf, 0, leaf->size(), key));
    e = 1 + (e * 31 + 7) % 400;
  }
}
BENCHMARK(find_entity_and_attribute);

}  // namespace
}  // namespace stele::format
