// What every scan, join and sort does once a row: comparing, equality and hashes, by kind.

#include "value/cell.h"

#include <benchmark/benchmark.h>

#include "base/arena.h"
#include "value/testing_values.h"

namespace stele::value {
namespace {

constexpr std::size_t kRows = 1024;

struct Column {
  base::Arena arena;
  std::vector<Value> values;
  std::vector<Cell> cells;
  Kind kind = Kind::nil;
};

Value value_for(Kind kind, base::TestRandom& random) {
  const auto n = static_cast<std::int64_t>(random.below(1000));
  switch (kind) {
    case Kind::string:
      return Value("user-" + std::to_string(n));
    case Kind::keyword:
      return Value::keyword("person", "name-" + std::to_string(n));
    case Kind::bigdec:
      return bigdec(std::to_string(n) + "E-2");
    case Kind::vector:
      return Value::vector({n, "ab"});
    case Kind::uuid:
      return Value(Uuid{random.next(), random.next()});
    default:
      return Value(n);
  }
}

Column column_of(Kind kind) {
  base::TestRandom random(1);
  Column column;
  column.kind = kind;
  for (std::size_t i = 0; i < kRows; ++i) {
    column.values.push_back(value_for(kind, random));
    column.cells.push_back(cell_of(column.values.back(), column.arena));
  }
  return column;
}

template <typename F>
void for_each_row(benchmark::State& state, F work) {
  const Column column = column_of(static_cast<Kind>(state.range(0)));
  state.SetLabel(std::string(name(column.kind)));
  for (auto _ : state) {
    for (std::size_t i = 0; i < kRows; ++i) {
      benchmark::DoNotOptimize(work(column, i, (i * 7 + 1) % kRows));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

void CompareCells(benchmark::State& state) {
  for_each_row(state, [](const Column& c, std::size_t i, std::size_t k) {
    return compare_cells(c.kind, c.cells[i], c.kind, c.cells[k]);
  });
}
void EqualCells(benchmark::State& state) {
  for_each_row(state, [](const Column& c, std::size_t i, std::size_t k) {
    return equal_cells(c.kind, c.cells[i], c.kind, c.cells[k]);
  });
}
void HashCell(benchmark::State& state) {
  for_each_row(state, [](const Column& c, std::size_t i, std::size_t) {
    return hash_cell(c.kind, c.cells[i]);
  });
}
void CopyValue(benchmark::State& state) {
  for_each_row(state, [](const Column& c, std::size_t i, std::size_t) {
    const Value copy = c.values[i];
    return copy.kind();
  });
}
void ValueOfCell(benchmark::State& state) {
  for_each_row(state, [](const Column& c, std::size_t i, std::size_t) {
    return value_of(c.kind, c.cells[i]).kind();
  });
}

void kinds(benchmark::internal::Benchmark* bench) {
  for (const Kind kind :
       {Kind::int64, Kind::string, Kind::keyword, Kind::uuid, Kind::bigdec, Kind::vector}) {
    bench->Arg(static_cast<int>(kind));
  }
}
BENCHMARK(CompareCells)->Apply(kinds);
BENCHMARK(EqualCells)->Apply(kinds);
BENCHMARK(HashCell)->Apply(kinds);
BENCHMARK(CopyValue)->Apply(kinds);
BENCHMARK(ValueOfCell)->Apply(kinds);

}  // namespace
}  // namespace stele::value
