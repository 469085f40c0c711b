// Several processes transact to one file store at the same time, folding as they go: what was
// acknowledged is found, and nobody fails for a reason other than his own data.
#include <chrono>
#include <cstdio>

#include <sys/wait.h>
#include <unistd.h>

#include "backend/file/file_store.h"
#include "conn/connection.h"
#include "scene_testing.h"

namespace stele {
namespace {

struct Told {
  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
};

// A connection that folds when its tail has so many bytes; 0: as the store says.
Connection connect_folding(const std::string& url, std::uint64_t tail_bytes_soft) {
  auto store = backend::FileStore::open(url.substr(5)).value();
  conn::ConnectionOptions options;
  options.tail_bytes_soft = tail_bytes_soft;
  return Connection(conn::Connection::open(store, base::system_environment(), options).value());
}

// Transacts for a while and tells through the pipe how far it came.
[[noreturn]] void write_for(const std::string& url, int writer, std::uint64_t tail_bytes_soft,
                            std::chrono::milliseconds time, int pipe) {
  Told told;
  {
    auto connection = connect_folding(url, tail_bytes_soft);
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      auto report = connection.transact(scene::ledger_entry(writer, told.acknowledged));
      if (report.ok()) {
        ++told.acknowledged;
      } else {
        ++told.failed;
        std::fprintf(stderr, "writer %d: %s\n", writer, report.error().message().c_str());
      }
    }
  }
  if (::write(pipe, &told, sizeof told) != sizeof told) ::_exit(2);
  ::_exit(0);
}

void write_at_once(std::uint64_t tail_bytes_soft) {
  constexpr int kProcesses = 4;
  const std::chrono::milliseconds time(scene::repetitions("SECONDS", 3) * 1000);
  scene::Scratch scratch;
  const auto url = scratch.url("ledger");
  { scene::create_schemaless(url); }

  int pipes[kProcesses][2];
  pid_t children[kProcesses];
  for (int p = 0; p < kProcesses; ++p) {
    ASSERT_EQ(::pipe(pipes[p]), 0);
    children[p] = ::fork();
    if (children[p] == 0) write_for(url, p, tail_bytes_soft, time, pipes[p][1]);
    ::close(pipes[p][1]);
  }
  std::set<std::pair<std::int64_t, std::int64_t>> acknowledged;
  for (int p = 0; p < kProcesses; ++p) {
    Told told;
    ASSERT_EQ(::read(pipes[p][0], &told, sizeof told), ssize_t(sizeof told)) << "writer " << p;
    EXPECT_EQ(told.failed, 0) << "writer " << p;
    for (std::int64_t n = 0; n < told.acknowledged; ++n) acknowledged.emplace(p, n);
    int status = 0;
    ::waitpid(children[p], &status, 0);
    EXPECT_EQ(status, 0);
    std::printf("    process %d: %lld transactions\n", p,
                static_cast<long long>(told.acknowledged));
    ::close(pipes[p][0]);
  }
  EXPECT_EQ(scene::ledger(open(url).value()), acknowledged);
}

TEST(Processes, ThatWriteToOneStoreLoseNothingAndDoNotFail) { write_at_once(0); }

// Tails so short that most commits meet a fold, or wait for one.
TEST(Processes, ThatFoldAllTheTimeLoseNothingAndDoNotFail) { write_at_once(1 << 10); }

TEST(Folds, KeepTheTailOfAFileStoreShort) {
  scene::Scratch scratch;
  const auto url = scratch.url("ledger");
  { scene::create_schemaless(url); }
  auto connection = connect_folding(url, 4 << 10);
  for (int n = 0; n < 200; ++n) connection.transact(scene::ledger_entry(0, n)).value();
  // 200 records of some 100 bytes: the soft limit was crossed again and again.
  const auto tail = connection.db().value().state()->index(format::Tree::log).overlay->size();
  EXPECT_LT(tail, 60u);
  EXPECT_GT(connection.statistics().object_writes, 2u);
}

TEST(Processes, AReaderInAnotherProcessKeepsItsDbAndSeesLaterOnes) {
  scene::Scratch scratch;
  const auto url = scratch.url("ledger");
  auto writer = scene::create_schemaless(url);
  writer.transact(scene::ledger_entry(0, 0)).value();
  int to_child[2], to_parent[2];
  ASSERT_EQ(::pipe(to_child), 0);
  ASSERT_EQ(::pipe(to_parent), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto reader = connect(url).value();
    const auto before = reader.db().value();
    char token = 'r';
    if (::write(to_parent[1], &token, 1) != 1 || ::read(to_child[0], &token, 1) != 1) ::_exit(3);
    const bool kept = scene::ledger(before).size() == 1;
    const bool seen = scene::ledger(reader.db().value()).size() == 101;
    ::_exit(kept && seen ? 0 : 1);
  }
  char token;
  ASSERT_EQ(::read(to_parent[0], &token, 1), 1);
  for (int n = 1; n <= 100; ++n) writer.transact(scene::ledger_entry(0, n)).value();
  writer.fold().value();
  ASSERT_EQ(::write(to_child[1], &token, 1), 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace stele
