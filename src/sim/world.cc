#include "sim/world.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "edn/reader.h"
#include "store/memory_store.h"

namespace stele::sim {

using base::text;

namespace {
constexpr std::uint64_t kStepsMax = 200'000;

store::FaultRates draw_rates(base::TestRandom& random) {
  store::FaultRates rates;
  if (random.chance(1, 4)) return rates;  // good days must be simulated, too
  for (int* rate : {&rates.unavailable, &rates.error_before, &rates.error_after, &rates.late,
                    &rates.torn, &rates.stale_list}) {
    *rate = static_cast<int>(random.below(40));
  }
  return rates;
}

Value of(std::string_view edn) { return edn::read(edn).value(); }
}  // namespace

World::World(const Settings& s) : settings(s), scheduler(s.seed, kStepsMax), trace(s.keep_trace) {
  auto& random = scheduler.draws();
  with_locks = random.chance(1, 2);
  latency.usual_us = random.between(1, 3000);
  latency.stops = static_cast<int>(random.below(6));
  machine = std::make_unique<SimulatedProcess>("machine", scheduler, trace, locks, latency, 0);
  memory = store::make_memory_store(*machine);
  connection_options.tail_bytes_soft = static_cast<std::uint64_t>(random.between(300, 6000));
  const auto rows = static_cast<std::uint32_t>(random.between(4, 32));
  connection_options.shape = {.leaf_rows_target = 2 * rows,
                              .leaf_rows_max = 4 * rows,
                              .leaf_rows_min = rows,
                              .fanout_max = 8};
  connection_options.cache_bytes = random.chance(1, 2) ? 4096 : 1 << 20;

  format::Config config;
  conn::create_database(*memory, config, "db", Deadline{}).value();
  auto setup = conn::Connection::open(memory, *machine, connection_options).value();
  setup
      ->transact(of(R"([{:db/ident :list :db/valueType :db.type/long
                          :db/cardinality :db.cardinality/many}
                         {:db/ident :n :db/valueType :db.type/long
                          :db/cardinality :db.cardinality/one :db/index true}
                         {:db/ident :balance :db/valueType :db.type/long
                          :db/cardinality :db.cardinality/one}])"),
                 {})
      .value();
  for (int i = 1; i <= kAccounts; ++i) {
    setup->transact(of(text("[[:db/add ", 100 + i, " :balance ", kMoney, "]]")), {}).value();
  }
  shared = std::make_shared<store::FaultyStore>(
      memory, std::make_unique<store::SeededFaults>(random.next(), draw_rates(random)));
}

std::unique_ptr<SimulatedProcess> World::new_process(std::string name) {
  const auto skew = scheduler.draws().between(-2000, 2000);
  return std::make_unique<SimulatedProcess>(std::move(name), scheduler, trace, locks, latency,
                                            skew);
}

void World::violated(std::string what) {
  machine->say("VIOLATION ", what);
  outcome.violations.push_back(std::move(what));
}

Result<Lists> read_lists(const Db& db) {
  const Value list = Value::keyword("list");
  STELE_TRY(auto datoms, db.datoms(IndexOrder::aevt, std::span(&list, 1)));
  std::ranges::stable_sort(datoms, {}, [](const Datom& d) { return std::pair(d.e, d.tx); });
  Lists lists;
  for (const Datom& d : datoms) lists[static_cast<Key>(d.e)].push_back(d.v.as_int64());
  return lists;
}

Result<std::map<EntityId, std::int64_t>> read_balances(const Db& db) {
  const Value balance = Value::keyword("balance");
  STELE_TRY(auto datoms, db.datoms(IndexOrder::aevt, std::span(&balance, 1)));
  std::map<EntityId, std::int64_t> balances;
  for (const Datom& d : datoms) balances[d.e] = d.v.as_int64();
  return balances;
}

}  // namespace stele::sim
