// World: all that the processes of one simulation share, and what is noted about them.
//
// Thread safety: none; only one task runs at a time.
#pragma once

#include "conn/connection.h"
#include "sim/history.h"
#include "sim/simulated_process.h"
#include "sim/simulation.h"
#include "store/faulty_store.h"

namespace stele::sim {

inline constexpr int kLists = 4;
inline constexpr int kAccounts = 4;
inline constexpr std::int64_t kMoney = 100;  // on each account in the beginning

struct World {
  explicit World(const Settings& settings);

  std::unique_ptr<SimulatedProcess> new_process(std::string name);
  void violated(std::string what);

  Settings settings;
  Scheduler scheduler;
  Trace trace;
  Locks locks;
  Latency latency;
  bool with_locks;
  std::unique_ptr<SimulatedProcess> machine;  // whose clock the stores go by
  std::shared_ptr<Store> memory;              // what is truly there
  std::shared_ptr<store::FaultyStore> shared;
  conn::ConnectionOptions connection_options;

  Outcome outcome;
  History history;
  std::int64_t last_value = 0;  // handed out to be appended
};

// What a Db says. Error: the store's.
Result<Lists> read_lists(const Db& db);
Result<std::map<EntityId, std::int64_t>> read_balances(const Db& db);

// One process's life after the other, until it has done all its operations.
void run_writer(World& world, const std::string& name);
void run_reader(World& world, const std::string& name);
void run_brancher(World& world, const std::string& name);
void run_collector(World& world, const std::string& name);
void run_follower(World& world, const std::string& name);

}  // namespace stele::sim
