// Negations and disjunctions over 20,000 people, folded into trees and all in memory; without an
// index on values and with one. `half` alone is what the clauses beside it cost.
#include <benchmark/benchmark.h>

#include <stele/query.h>

#include "base/text.h"
#include "db/db_testing.h"

namespace stele::query {
namespace {

constexpr std::uint64_t kPeople = 20'000;

Db people(bool indexed) {
  db::TestDatabase made;
  std::vector<db::Change> changes;
  const auto add = [&](EntityId e, std::string_view attribute, Value v) {
    changes.push_back(
        {.e = e, .a = Value::keyword(attribute), .v = std::move(v), .tx = made.next_tx()});
  };
  EntityId declared = kPeople + 1;
  for (const char* name : {"half", "name", "sex", "age", "friend"}) {
    add(++declared, "db/ident", Value::keyword(name));
    add(declared, "db/cardinality", Value::keyword("db.cardinality/one"));
    if (indexed) add(declared, "db/index", true);
  }
  for (EntityId e = 1; e <= kPeople; ++e) {
    add(e, "half", e * 7919 % 4 < 2);
    add(e, "name", Value(base::text("name", e * 31 % 37)));
    add(e, "sex", Value::keyword(e % 2 == 0 ? "male" : "female"));
    add(e, "age", Value(e * 17 % 100));
    add(e, "friend", Value(e * 7919 % kPeople + 1));
  }
  made.commit(std::move(changes), Instant{1000});
  made.fold(tree::TreeShape());
  return made.db();
}

void ask(benchmark::State& state, const char* where) {
  static const Db plain = people(false), indexed = people(true);
  const Query query = Query::read(Value(base::text("[:find ?e :where ", where, "]"))).value();
  const std::vector<Input> inputs = {state.range(0) != 0 ? indexed : plain};
  std::size_t rows = 0;
  for (auto _ : state) rows = query.run(inputs).value().rows();
  state.counters["rows"] = static_cast<double>(rows);
}

#define STELE_ASK(name, where)        \
  BENCHMARK_CAPTURE(ask, name, where) \
      ->ArgName("indexed")            \
      ->Arg(0)                        \
      ->Arg(1)                        \
      ->Unit(benchmark::kMicrosecond)
STELE_ASK(half, "[?e :half true]");
STELE_ASK(half_not_male, "[?e :half true] (not [?e :sex :male])");
STELE_ASK(half_and_male, "[?e :half true] [?e :sex :male]");
STELE_ASK(half_not_adult, "[?e :half true] (not [?e :age ?a] [(> ?a 17)])");
STELE_ASK(half_not_friend, "[?e :half true] (not-join [?e] [?f :friend ?e] [?f :sex :male])");
STELE_ASK(half_of_two_names, "[?e :half true] (or [?e :name \"name3\"] [?e :name \"name5\"])");
STELE_ASK(two_names, "(or [?e :name \"name3\"] [?e :name \"name5\"])");
STELE_ASK(name, "[?e :name \"name3\"]");
STELE_ASK(name_not_male, "[?e :name \"name3\"] (not [?e :sex :male])");
STELE_ASK(one_not_male, "[?e :name \"name3\"] [?e :age 7] (not [?e :sex :male])");

}  // namespace
}  // namespace stele::query
