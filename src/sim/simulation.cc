#include "sim/simulation.h"

#include "base/text.h"
#include "conn/branches.h"
#include "conn/verify.h"
#include "sim/world.h"

namespace stele::sim {

using base::text;

namespace {

void spawn_all(World& world) {
  auto& random = world.scheduler.draws();
  const auto writers = random.between(2, 4);
  for (std::int64_t i = 1; i <= writers; ++i) {
    world.scheduler.spawn([&world, i] { run_writer(world, text("writer", i)); });
  }
  for (int i = 1; i <= 2; ++i) {
    world.scheduler.spawn([&world, i] { run_reader(world, text("reader", i)); });
  }
  if (random.chance(1, 3)) {
    world.scheduler.spawn([&world] { run_brancher(world, "brancher"); });
  }
  if (random.chance(1, 2)) {
    world.scheduler.spawn([&world] { run_collector(world, "collector"); });
  }
  if (random.chance(1, 2)) {
    world.scheduler.spawn([&world] { run_follower(world, "follower"); });
  }
}

// Tells a violation instead of an error; the value, or one made of nothing.
template <typename T>
T told(World& world, Result<T> result) {
  if (result.ok()) return std::move(*result);
  world.violated("at the end: " + result.error().message());
  return T();
}

// Every branch can be opened and is whole, and so is every pack.
void check_storage(World& world) {
  for (const auto& branch : told(world, conn::branch_names(*world.memory, Deadline{}))) {
    conn::ConnectionOptions options;
    options.branch = branch;
    const auto connection = conn::Connection::open(world.memory, *world.machine, options);
    if (!connection.ok()) {
      world.violated(connection.error().message());
      continue;
    }
    tree::Reader reader;
    told(world, conn::verify_trees(*(*connection)->db({}).value().state(), reader));
  }
  told(world, conn::verify_packs(*world.memory));
}

void check_log(World& world, const Db& db) {
  TxId expected = kTx0;
  for (const auto& transaction : told(world, db.log())) {
    if (transaction.t != ++expected) world.violated(text("the log lacks t ", expected));
  }
  if (expected != db.max_tx()) world.violated(text("the log ends with t ", expected));
}

// No transaction was run twice, and all the money is there.
void check_facts(World& world, const Db& db) {
  std::map<std::int64_t, int> entities;
  const Value n = Value::keyword("n");
  for (const Datom& d : told(world, db.datoms(IndexOrder::aevt, std::span(&n, 1)))) {
    if (++entities[d.v.as_int64()] == 2) world.violated(text(d.v.as_int64(), " was made twice"));
  }
  std::int64_t sum = 0;
  for (const auto& [account, balance] : told(world, read_balances(db))) sum += balance;
  if (sum != kAccounts * kMoney) world.violated(text("at the end all accounts have ", sum));
}

// What must be true of the database when all have gone.
void look_at_the_end(World& world) {
  world.shared->settle();
  check_storage(world);
  auto connection = conn::Connection::open(world.memory, *world.machine, {});
  if (!connection.ok()) return world.violated("at the end: " + connection.error().message());
  const auto db = (*connection)->db({}).value();
  const auto lists = told(world, read_lists(db));
  for (auto& violation : judge(world.history, lists)) world.violated(std::move(violation));
  check_facts(world, db);
  check_log(world, db);
}

}  // namespace

Outcome simulate(const Settings& settings) {
  World world(settings);
  spawn_all(world);
  if (!world.scheduler.run()) world.violated("it does not come to an end");
  look_at_the_end(world);
  world.outcome.trace = world.trace.finish();
  world.outcome.trace_lines = world.trace.lines();
  world.outcome.steps = world.scheduler.steps();
  world.outcome.faults = world.shared->faults();
  return std::move(world.outcome);
}

}  // namespace stele::sim
