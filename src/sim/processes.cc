// What writers, readers and the follower of a simulation do.
#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "base/try.h"
#include "conn/branches.h"
#include "conn/garbage.h"
#include "edn/reader.h"
#include "sim/world.h"
#include "store/memory_store.h"
#include "sync/copy.h"

namespace stele::sim {
namespace {

using base::text;

constexpr std::int64_t kTimeoutMs = 5'000;
constexpr std::int64_t kPauseMs = 30;

// One life of a process: from its start until it has done all it was to do, or is killed.
class Life {
 public:
  Life(World& world, const std::string& name)
      : world_(world), process_(world.new_process(name)), name_(name) {
    if (draws().chance(1, 4)) process_->kill_after(1 + draws().below(60));
  }

  base::TestRandom& draws() { return world_.scheduler.draws(); }
  bool over() const { return process_->killed() || world_.scheduler.given_up(); }
  SimulatedProcess& process() { return *process_; }

  // Null when it was killed before.
  std::shared_ptr<conn::Connection> connect(std::shared_ptr<Store> store, bool with_locks) {
    auto mine = process_->reach(std::move(store), with_locks);
    while (!over()) {
      auto opened = conn::Connection::open(mine, *process_, world_.connection_options);
      if (opened.ok()) return *opened;
      process_->sleep_ms(kPauseMs);
    }
    return nullptr;
  }

  Result<Db> db(conn::Connection& connection) {
    return connection.db({0, base::deadline_after(*process_, kTimeoutMs)});
  }

  // What was collected may not be readable any more; what is said then is just that.
  template <typename Read>
  bool could_be_read(const Read& read, const Db& db) {
    if (read.ok()) return true;
    const auto& error = read.error();
    if (error.category() == ErrorCategory::corrupt || error.code() == "store/missing") {
      world_.violated(text(name_, " could not read t ", db.max_tx(), ": ", error.message()));
    }
    return false;
  }
  // The money is all there.
  void count_money(const Db& db) {
    const auto balances = read_balances(db);
    if (!could_be_read(balances, db)) return;
    std::int64_t sum = 0;
    for (const auto& [account, balance] : *balances) sum += balance;
    if (sum != kAccounts * kMoney) {
      world_.violated(text(name_, " saw ", sum, " in all accounts at t ", db.max_tx()));
    }
  }
  // Nobody's view goes backwards.
  void advance(const Db& db) {
    if (db.max_tx() < newest_) {
      world_.violated(text(name_, " saw t ", db.max_tx(), " after t ", newest_));
    }
    newest_ = std::max(newest_, db.max_tx());
  }

 protected:
  World& world_;
  std::unique_ptr<SimulatedProcess> process_;
  const std::string name_;
  TxId newest_ = 0;
};

class Writer : public Life {
 public:
  using Life::Life;

  // How many operations it has done.
  int live(int operations) {
    auto connection = connect(world_.shared, world_.with_locks);
    int done = 0;
    for (; done < operations && !over(); ++done) {
      if (draws().chance(1, 3)) process().sleep_ms(draws().between(0, kPauseMs));
      const auto what = draws().below(10);
      if (what < 6) {
        append(*connection);
      } else if (what < 9) {
        transfer(*connection);
      } else {
        (void)connection->fold(base::deadline_after(process(), kTimeoutMs));
      }
    }
    return done;
  }

 private:
  // Appends a new value to one or two lists; every value is an entity of its own besides, so that
  // a transaction that was run twice is found.
  void append(conn::Connection& connection) {
    Operation o;
    o.process = name_;
    std::string forms = "[";
    const auto lists = draws().between(1, 2);
    for (std::int64_t i = 0; i < lists; ++i) {
      const Key key = 200 + draws().between(1, kLists);
      if (o.appends.contains(key)) continue;
      const auto value = o.appends[key] = ++world_.last_value;
      forms += text("[:db/add ", key, " :list ", value, "] {:n ", value, "} ");
    }
    o.began_us = world_.scheduler.now_us();
    auto report = transact(connection, forms + "]", o);
    if (report.ok()) {
      auto seen = read_lists(report->db_before);
      if (seen.ok()) o.reads = std::move(*seen);
    }
    world_.history.push_back(std::move(o));
  }

  // Moves money, if nobody has touched the two accounts since they were looked at.
  void transfer(conn::Connection& connection) {
    auto now = db(connection);
    if (!now.ok()) return;
    advance(*now);
    auto balances = read_balances(*now);
    if (!balances.ok()) return;
    const EntityId from = 100 + static_cast<EntityId>(draws().between(1, kAccounts));
    const EntityId to = from == 100 + kAccounts ? 101 : from + 1;
    const auto amount = draws().between(1, 9);
    const auto cas = [](EntityId account, std::int64_t before, std::int64_t after) {
      return text("[:db/cas ", account, " :balance ", before, " ", after, "]");
    };
    Operation o;
    (void)transact(connection,
                   "[" + cas(from, (*balances)[from], (*balances)[from] - amount) +
                       cas(to, (*balances)[to], (*balances)[to] + amount) + "]",
                   o);
  }

  Result<TxReport> transact(conn::Connection& connection, const std::string& forms, Operation& o) {
    auto report = connection.transact(edn::read(forms).value(), {kTimeoutMs});
    if (report.ok()) {
      advance(report->db_after);
      o.outcome = Operation::Outcome::committed;
      o.ended_us = world_.scheduler.now_us();
      ++world_.outcome.committed;
      process().say("committed ", report->tx);
    } else if (over() || report.error().category() == ErrorCategory::unknown) {
      ++world_.outcome.unknown;
      process().say("does not know: ", report.error().code());
    } else {
      o.outcome = Operation::Outcome::refused;
      o.ended_us = world_.scheduler.now_us();
      ++world_.outcome.refused;
      process().say("was refused: ", report.error().code());
    }
    return report;
  }
};

class Reader : public Life {
 public:
  using Life::Life;

  int live(int operations) {
    auto connection = connect(world_.shared, world_.with_locks);
    int done = 0;
    for (; done < operations && !over(); ++done) {
      process().sleep_ms(draws().between(0, kPauseMs));
      if (draws().chance(1, 3) && !kept_.empty()) {
        read_again();
      } else {
        read(*connection);
      }
    }
    return done;
  }

 private:
  void read(conn::Connection& connection) {
    Operation o;
    o.process = name_;
    o.began_us = world_.scheduler.now_us();
    auto now = db(connection);
    if (!now.ok()) return;
    o.ended_us = world_.scheduler.now_us();
    advance(*now);
    count_money(*now);
    auto lists = read_lists(*now);
    if (!could_be_read(lists, *now)) return;
    o.outcome = Operation::Outcome::committed;
    o.reads = *lists;
    for (int key = 201; key <= 200 + kLists; ++key) o.reads[key];  // empty ones were read as well
    world_.history.push_back(std::move(o));
    kept_.emplace_back(std::move(*now), std::move(*lists));
  }

  void read_again() {
    const auto& [db, before] = draws().pick(kept_);
    const auto lists = read_lists(db);
    if (could_be_read(lists, db) && *lists != before) {
      world_.violated(text(name_, " read t ", db.max_tx(), " again, and it was another"));
    }
  }

  std::vector<std::pair<Db, Lists>> kept_;
};

class Follower : public Life {
 public:
  Follower(World& world, const std::string& name, std::shared_ptr<Store> copy)
      : Life(world, name), copy_(std::move(copy)) {}

  int live(int operations) {
    auto from = process().reach(world_.shared, world_.with_locks);
    auto to = process().reach(copy_, world_.with_locks);
    int done = 0;
    for (; done < operations && !over(); ++done) {
      process().sleep_ms(draws().between(0, 2 * kPauseMs));
      sync::CopyOptions options;
      options.deadline = base::deadline_after(process(), kTimeoutMs);
      auto copied = sync::copy(from, to, options, process());
      if (copied.ok()) {
        process().say("has copied up to ", copied->tx);
        look();
      } else if (copied.error().code() == "sync/forked") {
        world_.violated(text(name_, ": ", copied.error().message()));
      }
    }
    return done;
  }

 private:
  // The copy is whole, whatever was interrupted.
  void look() {
    auto connection = connect(copy_, world_.with_locks);
    if (!connection) return;
    auto now = db(*connection);
    if (!now.ok()) return;
    advance(*now);
    count_money(*now);
  }

  const std::shared_ptr<Store> copy_;
};

class Brancher : public Life {
 public:
  using Life::Life;

  int live(int operations) {
    auto store = process().reach(world_.shared, world_.with_locks);
    int done = 0;
    for (; done < operations && !over(); ++done) {
      process().sleep_ms(draws().between(0, kPauseMs));
      const auto deadline = base::deadline_after(process(), kTimeoutMs);
      const auto branch = text("trial", draws().below(3));
      if (draws().chance(1, 3)) {
        (void)conn::delete_branch(*store, branch, deadline);
      } else if (conn::create_branch(*store, "db", branch, deadline).ok()) {
        process().say("has made ", branch);
        try_out(store, branch);
      }
    }
    return done;
  }

 private:
  // It reads as the main branch did, and is written to and folded like any.
  void try_out(const std::shared_ptr<Store>& store, const std::string& branch) {
    auto options = world_.connection_options;
    options.branch = branch;
    auto connection = conn::Connection::open(store, process(), options);
    if (!connection.ok()) return;
    auto now = db(**connection);
    if (now.ok()) count_money(*now);
    (void)(*connection)->transact(edn::read("[{:n 0}]").value(), {kTimeoutMs});
    (void)(*connection)->fold(base::deadline_after(process(), kTimeoutMs));
  }
};

class Collector : public Life {
 public:
  using Life::Life;

  int live(int operations) {
    auto store = process().reach(world_.shared, world_.with_locks);
    int done = 0;
    for (; done < operations && !over(); ++done) {
      process().sleep_ms(random_pause());
      GarbageOptions options;
      options.grace_ms = draws().between(0, 4 * kPauseMs);
      options.deadline = base::deadline_after(process(), kTimeoutMs);
      auto report = conn::collect_garbage(store, options, process());
      if (!report.ok()) continue;
      process().say("has removed ", report->removed.size(), " packs");
      world_.outcome.collected += report->removed.size();
    }
    return done;
  }

 private:
  std::int64_t random_pause() { return draws().between(0, 3 * kPauseMs); }
};

template <typename MakeLife>
void live_again_and_again(World& world, const MakeLife& make) {
  int left = world.settings.operations;
  while (left > 0 && !world.scheduler.given_up()) {
    auto life = make();
    left -= std::max(1, life.live(left));
    if (life.process().killed()) ++world.outcome.kills;
  }
}

}  // namespace

void run_writer(World& world, const std::string& name) {
  live_again_and_again(world, [&] { return Writer(world, name); });
}

void run_reader(World& world, const std::string& name) {
  live_again_and_again(world, [&] { return Reader(world, name); });
}

void run_brancher(World& world, const std::string& name) {
  live_again_and_again(world, [&] { return Brancher(world, name); });
}

void run_collector(World& world, const std::string& name) {
  live_again_and_again(world, [&] { return Collector(world, name); });
}

void run_follower(World& world, const std::string& name) {
  auto copy = store::make_memory_store(*world.machine, "mem:copy");
  live_again_and_again(world, [&] { return Follower(world, name, copy); });
}

}  // namespace stele::sim
