// Pull from 100,000 people of six attributes, folded into trees and all in memory.
#include <benchmark/benchmark.h>

#include <stele/pull.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "db/db_testing.h"

namespace stele::query {
namespace {

constexpr std::uint64_t kPeople = 100'000;

Db people() {
  db::TestDatabase made;
  std::vector<db::Change> changes;
  const auto add = [&](EntityId e, std::string_view attribute, Value v) {
    changes.push_back(
        {.e = e, .a = Value::keyword(attribute), .v = std::move(v), .tx = made.next_tx()});
  };
  EntityId declared = kPeople + 1;
  for (const char* name : {"name", "last", "sex", "age", "salary", "friend"}) {
    add(++declared, "db/ident", Value::keyword(name));
    add(declared, "db/cardinality", Value::keyword("db.cardinality/one"));
    if (Value(name) == Value("friend")) {
      add(declared, "db/valueType", Value::keyword("db.type/ref"));
    }
  }
  for (EntityId e = 1; e <= kPeople; ++e) {
    add(e, "name", Value(base::text("name", e % 37)));
    add(e, "last", Value(base::text("last", e % 61)));
    add(e, "sex", Value::keyword(e % 2 == 0 ? "male" : "female"));
    add(e, "age", Value(e % 100));
    add(e, "salary", Value(e * 17 % 100000));
    add(e, "friend", Value(e * 7919 % kPeople + 1));
  }
  made.commit(std::move(changes), Instant{1000});
  made.fold(tree::TreeShape());
  return made.db();
}

const Db& db() {
  static const Db it = people();
  return it;
}

PullPattern read(std::string_view pattern) { return PullPattern::read(Value(pattern)).value(); }

void pull_one(benchmark::State& state, const char* pattern) {
  db();  // is made before time is taken
  const PullPattern read_once = read(pattern);
  for (auto _ : state) benchmark::DoNotOptimize(pull(db(), read_once, 4711).value());
}
BENCHMARK_CAPTURE(pull_one, all, "[*]");
BENCHMARK_CAPTURE(pull_one, five_attributes, "[:name :last :sex :age :salary]");
BENCHMARK_CAPTURE(pull_one, name, "[:name]");
BENCHMARK_CAPTURE(pull_one, backwards, "[:_friend]");
BENCHMARK_CAPTURE(pull_one, three_levels, "[:name {:friend [:name {:friend [:name]}]}]");

void pull_from_text(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(pull(db(), "[:name :last :age]", 4711).value());
}
BENCHMARK(pull_from_text);

// Ids in a row, or anywhere.
void pull_1000(benchmark::State& state, const char* pattern, bool scattered) {
  base::TestRandom random(1);
  std::vector<Value> ids;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ids.emplace_back(scattered ? 1 + random.below(kPeople) : 5000 + i);
  }
  const Value eids = Value::vector(std::move(ids));
  const PullPattern read_once = read(pattern);
  for (auto _ : state) benchmark::DoNotOptimize(pull_many(db(), read_once, eids).value());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 1000);
}
BENCHMARK_CAPTURE(pull_1000, five_attributes, "[:name :last :sex :age :salary]", false)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(pull_1000, five_attributes_scattered, "[:name :last :sex :age :salary]", true)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(pull_1000, all, "[*]", false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(pull_1000, friends, "[:name {:friend [:name]}]", false)
    ->Unit(benchmark::kMicrosecond);

// Who is a friend of whom, on and on: a path of 1,000 people.
void pull_recursion(benchmark::State& state) {
  const PullPattern pattern = read("[:name {:friend 1000}]");
  for (auto _ : state) benchmark::DoNotOptimize(pull(db(), pattern, 1).value());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 1000);
}
BENCHMARK(pull_recursion)->Unit(benchmark::kMicrosecond);

void entity_whole(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(entity(db(), 4711).value());
}
BENCHMARK(entity_whole);

void entity_one_attribute(benchmark::State& state, const char* name) {
  const Value attribute = Value::keyword(name);
  for (auto _ : state) benchmark::DoNotOptimize(entity_attribute(db(), 4711, attribute).value());
}
BENCHMARK_CAPTURE(entity_one_attribute, forwards, "name");
BENCHMARK_CAPTURE(entity_one_attribute, backwards, "_friend");

}  // namespace
}  // namespace stele::query
