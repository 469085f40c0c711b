#include "sim/simulation.h"

#include "base/text.h"
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
  if (random.chance(1, 2)) {
    world.scheduler.spawn([&world] { run_follower(world, "follower"); });
  }
}

// Trees, packs and log are whole.
void check_storage(World& world, const Db& db) {
  tree::Reader reader;
  if (auto trees = conn::verify_trees(*db.state(), reader); !trees.ok()) {
    world.violated(trees.error().message());
  }
  if (auto packs = conn::verify_packs(*world.memory); !packs.ok()) {
    world.violated(packs.error().message());
  }
  TxId expected = kTx0;
  for (const auto& transaction : db.log().value()) {
    if (transaction.t != ++expected) world.violated(text("the log lacks t ", expected));
  }
  if (expected != db.max_tx()) world.violated(text("the log ends with t ", expected));
}

// What must be true of the database when all have gone.
void look_at_the_end(World& world) {
  world.shared->settle();
  auto connection = conn::Connection::open(world.memory, *world.machine, {});
  if (!connection.ok()) return world.violated("at the end: " + connection.error().message());
  const auto db = (*connection)->db({}).value();
  const auto lists = read_lists(db).value();
  for (auto& violation : judge(world.history, lists)) world.violated(std::move(violation));

  std::map<std::int64_t, int> entities;
  const Value n = Value::keyword("n");
  for (const Datom& d : db.datoms(IndexOrder::aevt, std::span(&n, 1)).value()) {
    if (++entities[d.v.as_int64()] == 2) world.violated(text(d.v.as_int64(), " was made twice"));
  }
  std::int64_t sum = 0;
  for (const auto& [account, balance] : read_balances(db).value()) sum += balance;
  if (sum != kAccounts * kMoney) world.violated(text("at the end all accounts have ", sum));
  check_storage(world, db);
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
