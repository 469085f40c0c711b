#include "backend/file/file_store_processes_testing.h"

#include <cstdio>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/file/file_store.h"
#include "backend/file/scratch_directory_testing.h"
#include "base/environment.h"
#include "base/text.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;

// A child process with a pipe on which it counts what was acknowledged, a byte each.
class Child {
 public:
  template <typename Run>
  explicit Child(const Run& run) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    std::fflush(nullptr);  // or the child writes it as well
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      run(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Child() { ::close(pipe_); }

  void kill() { ::kill(pid_, SIGKILL); }

  // Waits until something was acknowledged.
  void wait_for_first() {
    char first = 0;
    if (::read(pipe_, &first, 1) == 1) ++counted_;
  }

  // Waits for its end; the bytes it has sent.
  int count() {
    char buffer[4096];
    for (;;) {
      const auto n = ::read(pipe_, buffer, sizeof buffer);
      if (n <= 0) break;
      counted_ += static_cast<int>(n);
    }
    ::waitpid(pid_, nullptr, 0);
    return counted_;
  }

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
  int counted_ = 0;
};

// Adds lines "WRITER:N\n", beginning with `first`, while `go_on`.
template <typename GoOn>
void add_lines(const std::string& path, int writer, int first, int pipe, const GoOn& go_on) {
  auto store = FileStore::open(path, {}).value();
  HeadVersion version;
  std::string known;
  std::unique_ptr<HeadLock> lock;
  for (int i = first; go_on();) {
    auto read = store->read_head("db", version, known.size(), {}).value();
    if (!read.unchanged) {
      known.resize(read.offset);
      known.append(read.bytes.begin(), read.bytes.end());
      version = read.version;
    }
    std::string line = base::text(writer, ':', i, ':', std::string(i % 7 * 100, 'y'), '\n');
    const bool by_swap = i % 100 == 37;
    const std::string whole = known + line;
    const Store::Bytes more(line.begin(), line.end());
    const HeadWrite write =
        by_swap ? store->swap_head("db", version, Store::Bytes(whole.begin(), whole.end()), {})
                : store->append_head("db", version, {}, more, {});
    lock.reset();
    if (write.outcome == Outcome::conflict) {
      lock = store->lock_head("db", {}).value();
      continue;
    }
    if (write.outcome != Outcome::written) ::_exit(1);
    version = write.version;
    known = whole;
    if (::write(pipe, "+", 1) != 1) ::_exit(1);
    ++i;
  }
}

// Lines of each writer; all must be whole and in order.
std::vector<int> count_lines(const std::string& path, int writers) {
  auto store = FileStore::open(path, {}).value();
  auto head = store->read_head("db", {}, 0, {}).value();
  const std::string text(head.bytes.begin(), head.bytes.end());
  std::vector<int> counts(static_cast<std::size_t>(writers));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) {
      ADD_FAILURE() << "half a line at byte " << at;
      break;
    }
    const auto writer = static_cast<std::size_t>(text[at] - '0');
    const std::string start = base::text(writer, ':', counts[writer]++, ':');
    EXPECT_EQ(text.substr(at, start.size()), start);
    at = end + 1;
  }
  return counts;
}

void create(const std::string& path) {
  auto store = FileStore::create(path, {}).value();
  ASSERT_EQ(store->swap_head("db", {}, {}, {}).outcome, Outcome::written);
}

}  // namespace

void run_writers(int writers, int ms) {
  ScratchDirectory scratch;
  const std::string path = scratch.path("store");
  create(path);
  base::Environment& environment = base::system_environment();
  const std::int64_t end_ms = environment.steady_ms() + ms;
  std::vector<std::unique_ptr<Child>> children;
  for (int w = 0; w < writers; ++w)
    children.push_back(std::make_unique<Child>([&](int pipe) {
      add_lines(path, w, 0, pipe, [&] { return environment.steady_ms() < end_ms; });
    }));
  std::vector<int> acknowledged;
  for (auto& child : children) acknowledged.push_back(child->count());
  EXPECT_EQ(count_lines(path, writers), acknowledged);
  for (int count : acknowledged) EXPECT_GT(count, 0) << "a writer starved";
  std::string counts;
  for (int count : acknowledged) counts += base::text(' ', count);
  testing::Test::RecordProperty("acknowledged", counts);
}

void run_kills(int rounds) {
  ScratchDirectory scratch;
  const std::string path = scratch.path("store");
  create(path);
  base::Environment& environment = base::system_environment();
  int lines = 0;
  for (int round = 0; round < rounds; ++round) {
    Child child([&](int pipe) { add_lines(path, 0, lines, pipe, [] { return true; }); });
    // Every other time it may not even have opened the store.
    if (round % 2) child.wait_for_first();
    environment.sleep_ms(static_cast<std::int64_t>(environment.random_u64() % 25));
    child.kill();
    const int acknowledged = lines + child.count();
    lines = count_lines(path, 1)[0];
    ASSERT_GE(lines, acknowledged) << "acknowledged lines are lost in round " << round;
    ASSERT_LE(lines, acknowledged + 1);
  }
  EXPECT_GE(lines, rounds / 2);
}

}  // namespace stele::backend
