// The power fails at every operation of a workload that commits and folds: what is found afterwards
// is exactly what was acknowledged, or that and the one transaction under way.
#include <cstdio>

#include "backend/file/file_store.h"
#include "backend/file/power_loss_file_system.h"
#include "conn/connection.h"
#include "scene_testing.h"

namespace stele {
namespace {

using backend::FileStore;
using backend::FileStoreOptions;
using backend::PowerLossFileSystem;

constexpr int kTransactions = 14;
const char* const kDirectory = "/store";

FileStoreOptions on(PowerLossFileSystem& files) {
  FileStoreOptions options;
  options.files = &files;
  options.chunk_bytes = 4096;
  return options;
}

Result<std::shared_ptr<conn::Connection>> connect_on(PowerLossFileSystem& files) {
  auto store = FileStore::open(kDirectory, on(files));
  if (!store.ok()) return store.error();
  conn::ConnectionOptions options;
  options.tail_bytes_soft = 400;  // a fold every few transactions
  return conn::Connection::open(*store, base::system_environment(), options);
}

struct Progress {
  bool created = false;
  std::int64_t acknowledged = 0;
};

// Creates a database and transacts until all is done or the power is gone.
Progress work(PowerLossFileSystem& files) {
  Progress progress;
  auto store = FileStore::create(kDirectory, on(files));
  if (!store.ok()) return progress;
  format::Config config;
  config.schema_on_read = true;
  if (!conn::create_database(**store, config, "db", Deadline{}).ok()) return progress;
  progress.created = true;
  auto connection = connect_on(files);
  if (!connection.ok()) return progress;
  for (int n = 0; n < kTransactions; ++n) {
    const auto forms = read_edn(scene::ledger_entry(0, n)).value();
    if (!(*connection)->transact(forms, {.timeout_ms = 200}).ok()) return progress;
    ++progress.acknowledged;
  }
  return progress;
}

void expect_state(PowerLossFileSystem& files, const Progress& progress, const std::string& where) {
  auto connection = connect_on(files);
  if (!progress.created && !connection.ok()) return;  // it never came into being
  ASSERT_TRUE(connection.ok()) << where << ": " << connection.error().message();
  auto db = (*connection)->db({});
  ASSERT_TRUE(db.ok()) << where << ": " << db.error().message();
  const auto found = scene::ledger(*db);
  const auto most = static_cast<std::int64_t>(found.size());
  ASSERT_TRUE(most == progress.acknowledged || most == progress.acknowledged + 1)
      << where << ": acknowledged " << progress.acknowledged << ", found " << most;
  for (std::int64_t n = 0; n < most; ++n) ASSERT_TRUE(found.count({0, n})) << where;
  // And it goes on.
  const auto forms = read_edn(scene::ledger_entry(1, 0)).value();
  auto next = (*connection)->transact(forms, {});
  ASSERT_TRUE(next.ok()) << where << ": " << next.error().message();
}

TEST(PowerLoss, AtEveryOperationLeavesWhatWasAcknowledged) {
  PowerLossFileSystem whole;
  ASSERT_EQ(work(whole).acknowledged, kTransactions);
  const auto operations = whole.operations();
  const int seeds = scene::repetitions("SEEDS", 3);
  for (std::uint64_t cut = 0; cut <= operations; ++cut) {
    for (int seed = 0; seed < seeds; ++seed) {
      PowerLossFileSystem files;
      files.cut_at(cut);
      const auto progress = work(files);
      files.crash(cut * 1000 + static_cast<std::uint64_t>(seed));
      expect_state(files, progress,
                   "cut at " + std::to_string(cut) + ", seed " + std::to_string(seed));
      if (HasFatalFailure()) return;
    }
  }
  std::printf("    %llu cut points, %d seeds each\n", static_cast<unsigned long long>(operations),
              seeds);
}

TEST(PowerLoss, AFailedFlushIsNeverAcknowledged) {
  PowerLossFileSystem whole;
  work(whole);
  for (std::uint64_t flush = 0; flush < whole.flushes(); ++flush) {
    PowerLossFileSystem files;
    files.fail_flush(flush);
    const auto progress = work(files);
    files.crash(flush);
    expect_state(files, progress, "failed flush " + std::to_string(flush));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace stele
