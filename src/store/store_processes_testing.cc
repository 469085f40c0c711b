#include "store/store_processes_testing.h"

#include <cstdio>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/text.h"

namespace stele::store {
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
void add_lines(const OpenStore& open, int writer, int first, int pipe, const GoOn& go_on) {
  auto store = open();
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
        by_swap
            ? store->swap_head("db", version, Store::Bytes(whole.begin(), whole.end()), {})
            : store->append_head("db", version, Store::Bytes(known.begin(), known.end()), more, {});
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
std::vector<int> count_lines(const OpenStore& open, int writers) {
  auto store = open();
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

// The Store object is gone again before any process is started.
void create_head(const OpenStore& open) {
  ASSERT_EQ(open()->swap_head("db", {}, {}, {}).outcome, Outcome::written);
}

// Swaps the head for itself: what was meant for an earlier version cannot land any more.
void fence(const OpenStore& open) {
  auto store = open();
  Outcome outcome = Outcome::conflict;
  while (outcome == Outcome::conflict) {
    const auto head = store->read_head("db", {}, 0, {}).value();
    outcome = store->swap_head("db", head.version, head.bytes, {}).outcome;
  }
  ASSERT_EQ(outcome, Outcome::written);
}

}  // namespace

void run_writers(const OpenStore& open, int writers, int ms) {
  create_head(open);
  base::Environment& environment = base::system_environment();
  const std::int64_t end_ms = environment.steady_ms() + ms;
  std::vector<std::unique_ptr<Child>> children;
  for (int w = 0; w < writers; ++w)
    children.push_back(std::make_unique<Child>([&](int pipe) {
      add_lines(open, w, 0, pipe, [&] { return environment.steady_ms() < end_ms; });
    }));
  std::vector<int> acknowledged;
  for (auto& child : children) acknowledged.push_back(child->count());
  EXPECT_EQ(count_lines(open, writers), acknowledged);
  for (int count : acknowledged) EXPECT_GT(count, 0) << "a writer starved";
  std::string counts;
  for (int count : acknowledged) counts += base::text(' ', count);
  testing::Test::RecordProperty("acknowledged", counts);
}

void run_kills(const OpenStore& open, int rounds, Writing writing) {
  create_head(open);
  base::Environment& environment = base::system_environment();
  int lines = 0;
  for (int round = 0; round < rounds; ++round) {
    Child child([&](int pipe) { add_lines(open, 0, lines, pipe, [] { return true; }); });
    // Every other time it may not even have opened the store.
    if (round % 2) child.wait_for_first();
    environment.sleep_ms(static_cast<std::int64_t>(environment.random_u64() % 25));
    child.kill();
    const int acknowledged = lines + child.count();
    if (writing == Writing::by_server) fence(open);
    lines = count_lines(open, 1)[0];
    ASSERT_GE(lines, acknowledged) << "acknowledged lines are lost in round " << round;
    ASSERT_LE(lines, acknowledged + 1);
  }
  EXPECT_GE(lines, rounds / 2);
}

}  // namespace stele::store
