// tx::transact, db::apply included: 20,000 people of 5 attributes at once, small transactions, and
// retracting what there is. (An import with its text and its store: door/import_bench.cc.)
#include <benchmark/benchmark.h>

#include "base/text.h"
#include "db/db_testing.h"
#include "edn/reader.h"
#include "tx/transact.h"

namespace stele::tx {
namespace {

Db people_schema() {
  const auto forms = edn::read(R"([
    {:db/ident :name :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
    {:db/ident :last :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
    {:db/ident :sex :db/valueType :db.type/keyword :db/cardinality :db.cardinality/one}
    {:db/ident :age :db/valueType :db.type/long :db/cardinality :db.cardinality/one}
    {:db/ident :salary :db/valueType :db.type/long :db/cardinality :db.cardinality/one}])");
  tree::Reader reader;
  const auto source =
      tree::make_store_source(store::make_memory_store(), std::make_shared<tree::NodeCache>());
  const Db empty(db::empty_state({}, "db", source), nullptr);
  return transact(empty, {*forms, {}}, {}, reader).value().report.db_after;
}

Value people(int count) {
  const char* keys[] = {"name", "last", "sex", "age", "salary"};
  std::vector<Value> names;
  for (const char* key : keys) names.push_back(Value::keyword(key));
  const Value sexes[] = {Value::keyword("male"), Value::keyword("female")};
  std::vector<Value> items;
  for (int i = 0; i < count; ++i) {
    items.push_back(Value::map({{names[0], Value(base::text("name", i % 37))},
                                {names[1], Value(base::text("last", i % 61))},
                                {names[2], sexes[i % 2]},
                                {names[3], Value(i % 100)},
                                {names[4], Value(i * 17 % 100000)}}));
  }
  return Value::vector(std::move(items));
}

void run_people(benchmark::State& state, int count, bool only_apply) {
  const Db before = people_schema();
  const TxInput input{people(count), {}};
  tree::Reader reader;
  const auto once = transact(before, input, {}, reader);
  for (auto _ : state) {
    if (only_apply) {
      benchmark::DoNotOptimize(
          db::apply(before.state(), once->record, once->report.db_after.state()->commit_id));
    } else {
      benchmark::DoNotOptimize(transact(before, input, {}, reader));
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * count * 5);
}

void transact_20000_people(benchmark::State& state) { run_people(state, 20000, false); }
void apply_20000_people(benchmark::State& state) { run_people(state, 20000, true); }
void transact_1_person(benchmark::State& state) { run_people(state, 1, false); }
void apply_1_person(benchmark::State& state) { run_people(state, 1, true); }
BENCHMARK(transact_20000_people)->Unit(benchmark::kMillisecond);
BENCHMARK(apply_20000_people)->Unit(benchmark::kMillisecond);
BENCHMARK(transact_1_person)->Unit(benchmark::kMicrosecond);
BENCHMARK(apply_1_person)->Unit(benchmark::kMicrosecond);

// Five facts of an entity that is there: what has to be read.
void change_1_of_20000_people(benchmark::State& state) {
  tree::Reader reader;
  const Db before = transact(people_schema(), {people(20000), {}}, {}, reader)->report.db_after;
  const auto forms = edn::read(R"([{:db/id 777 :name "other" :last "other" :sex :other :age 200
                                    :salary 1}])");
  for (auto _ : state) benchmark::DoNotOptimize(transact(before, {*forms, {}}, {}, reader));
}
BENCHMARK(change_1_of_20000_people)->Unit(benchmark::kMicrosecond);

// Whole entities, and values exchanged if they are what they were.
void retract_2000_of_20000_people(benchmark::State& state) {
  tree::Reader reader;
  const Db before = transact(people_schema(), {people(20000), {}}, {}, reader)->report.db_after;
  std::string forms;
  for (int e = 100; e < 2100; ++e) forms += base::text("[:db/retractEntity ", e, "]");
  const auto items = edn::read("[" + forms + "]");
  for (auto _ : state) benchmark::DoNotOptimize(transact(before, {*items, {}}, {}, reader));
}
BENCHMARK(retract_2000_of_20000_people)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stele::tx
