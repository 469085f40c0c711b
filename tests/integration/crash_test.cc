// kill -9 at random moments: what is found is exactly what was acknowledged, or that and the one
// transaction that was under way.
#include <csignal>
#include <cstdio>

#include <sys/wait.h>
#include <unistd.h>

#include "backend/file/file_store.h"
#include "base/testing_random.h"
#include "conn/connection.h"
#include "scene_testing.h"

namespace stele {
namespace {

// Folds every few dozen transactions, so that kills hit folds as often as appends.
std::shared_ptr<conn::Connection> connect_folding(const std::string& path) {
  auto store = backend::FileStore::open(path).value();
  conn::ConnectionOptions options;
  options.tail_bytes_soft = 4 << 10;
  return conn::Connection::open(store, base::system_environment(), options).value();
}

[[noreturn]] void write_until_killed(const std::string& path, std::int64_t from, int pipe) {
  auto connection = connect_folding(path);
  for (std::int64_t n = from;; ++n) {
    const auto forms = read_edn(scene::ledger_entry(0, n)).value();
    connection->transact(forms, {}).value();
    if (::write(pipe, &n, sizeof n) != sizeof n) ::_exit(2);
  }
}

// Reads all that was told before the pipe's end; the last number, or `otherwise`.
std::int64_t last_told(int pipe, std::int64_t otherwise) {
  std::int64_t last = otherwise, n = 0;
  while (::read(pipe, &n, sizeof n) == sizeof n) last = n;
  return last;
}

TEST(Crash, KilledAtAnyMomentAWriterLeavesWhatItAcknowledged) {
  const int kills = scene::repetitions("KILLS", 40);
  scene::Scratch scratch;
  const auto path = scratch.file("ledger");
  { scene::create_schemaless("file:" + path); }
  base::TestRandom random(7);

  std::int64_t acknowledged = -1, in_flight = 0;
  for (int kill = 0; kill < kills; ++kill) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(path, acknowledged + 1, pipe[1]);
    ::close(pipe[1]);
    ::usleep(static_cast<useconds_t>(1'000 + random.below(25'000)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::int64_t told = last_told(pipe[0], acknowledged);
    ::close(pipe[0]);

    const auto found = scene::ledger(open("file:" + path).value());
    const auto most = static_cast<std::int64_t>(found.size()) - 1;
    ASSERT_TRUE(most == told || most == told + 1)
        << "kill " << kill << ": acknowledged up to " << told << ", found up to " << most;
    for (std::int64_t n = 0; n <= most; ++n) ASSERT_TRUE(found.count({0, n})) << "kill " << kill;
    if (most == told + 1) ++in_flight;
    acknowledged = most;
  }
  std::printf("    %d kills, %lld transactions, %lld times the one in flight had been written\n",
              kills, static_cast<long long>(acknowledged + 1), static_cast<long long>(in_flight));
}

}  // namespace
}  // namespace stele
