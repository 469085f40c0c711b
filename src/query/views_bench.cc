// Views in time of 20,000 people, a tenth of whom have had a birthday: folded, in memory.
#include <benchmark/benchmark.h>

#include <stele/query.h>

#include "base/text.h"
#include "db/db_testing.h"
#include "tree/merge.h"

namespace stele::query {
namespace {

constexpr std::uint64_t kPeople = 20'000;
constexpr std::uint64_t kBirthdays = 10;  // every tenth

class Town {
 public:
  Town() {
    declare();
    settle();
    first_ = made_.db().max_tx();
    celebrate();
    made_.fold(tree::TreeShape());
  }
  Db db() const { return made_.db(); }
  TxId first() const { return first_; }

 private:
  void add(EntityId e, std::string_view attribute, Value v) {
    changes_.push_back(
        {.e = e, .a = Value::keyword(attribute), .v = std::move(v), .tx = made_.next_tx()});
  }
  void commit() {
    made_.commit(std::exchange(changes_, {}), {static_cast<std::int64_t>(made_.next_tx())});
  }

  void declare() {
    EntityId declared = kPeople + 1;
    for (const char* name : {"name", "age"}) {
      add(++declared, "db/ident", Value::keyword(name));
      add(declared, "db/cardinality", Value::keyword("db.cardinality/one"));
      add(declared, "db/index", Value(true));
    }
    commit();
  }
  void settle() {
    for (EntityId e = 1; e <= kPeople; ++e) {
      add(e, "name", Value(base::text("name", e % 8)));
      add(e, "age", Value(e % 100));
    }
    commit();
  }
  void celebrate() {
    for (EntityId e = kBirthdays; e <= kPeople; e += kBirthdays) {
      changes_.push_back(
          {e, Value::keyword("age"), Value(e % 100), false, made_.next_tx(), first_});
      add(e, "age", Value(e % 100 + 1));
    }
    commit();
  }

  db::TestDatabase made_;
  std::vector<db::Change> changes_;
  TxId first_ = 0;
};

const Town& town() {
  static const Town it;
  return it;
}

void run(benchmark::State& state, const Db& db, const char* text) {
  const Query query = Query::read(Value(text)).value();
  const Input inputs[] = {db};
  std::size_t rows = 0;
  for (auto _ : state) rows = query.run(inputs)->rows();
  state.counters["rows"] = static_cast<double>(rows);
}

constexpr const char* kName = "[:find ?e :where [?e :name \"name3\"]]";
constexpr const char* kNameAge = "[:find ?e ?a :where [?e :name \"name3\"] [?e :age ?a]]";
constexpr const char* kNames = "[:find ?e ?n :where [?e :name ?n]]";

void present(benchmark::State& state, const char* text) { run(state, town().db(), text); }
void as_of(benchmark::State& state, const char* text) {
  run(state, town().db().as_of(town().first()), text);
}
void since(benchmark::State& state, const char* text) {
  run(state, town().db().since(town().first()), text);
}
void history(benchmark::State& state, const char* text) { run(state, town().db().history(), text); }
BENCHMARK_CAPTURE(present, name, kName);
BENCHMARK_CAPTURE(as_of, name, kName);
BENCHMARK_CAPTURE(present, name_and_age, kNameAge);
BENCHMARK_CAPTURE(as_of, name_and_age, kNameAge);
BENCHMARK_CAPTURE(present, names, kNames);
BENCHMARK_CAPTURE(history, names, kNames);
BENCHMARK_CAPTURE(since, ages, "[:find ?e ?a :where [?e :age ?a]]");
BENCHMARK_CAPTURE(history, ages_and_tx, "[:find ?e ?a ?t :where [?e :age ?a ?t]]");
BENCHMARK_CAPTURE(history, names_with_ages,
                  "[:find ?n ?a ?t :where [?e :name ?n] [?e :age ?a ?t]]");
BENCHMARK_CAPTURE(history, retracted, "[:find ?e ?a :where [?e :age ?a ?t false]]");

void log_of_the_last(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(town().db().log({.newest_first = true, .limit = 1}).value());
  }
}
BENCHMARK(log_of_the_last);

}  // namespace
}  // namespace stele::query
