// Taking turns where the store has no locks: slow writers get through, lost ones hold nobody up for
// long, and reservations decide nothing but who goes first.
#include <climits>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "base/testing_environment.h"
#include "base/text.h"
#include "conn/connection.h"
#include "edn/reader.h"
#include "store/faulty_store.h"
#include "store/memory_store.h"

namespace stele::conn {
namespace {

using store::Operation;

// Before each append of a transaction somebody else is faster, as long as the head is not reserved:
// a writer whose transactions take longer than anybody's.
class Overtaken final : public store::CountingStore {
 public:
  Overtaken(std::shared_ptr<Store> inner, std::function<bool()> overtake)
      : CountingStore(std::move(inner)), overtake_(std::move(overtake)) {}
  HeadWrite append_head(const std::string& name, const HeadVersion& expected, ByteView known,
                        ByteView more, Deadline deadline) override {
    const bool is_transaction = more.front() == 2;
    if (is_transaction && overtake_()) ++overtaken;
    return CountingStore::append_head(name, expected, known, more, deadline);
  }
  int overtaken = 0;

 private:
  std::function<bool()> overtake_;
};

class TurnsTest : public testing::Test {
 protected:
  TurnsTest() : memory_(store::make_memory_store(environment_)) {
    format::Config config;
    config.schema_on_read = true;
    create_database(*memory_, config, "db", Deadline{}).value();
  }
  std::shared_ptr<Connection> connect(std::shared_ptr<Store> store,
                                      const ConnectionOptions& options = {}) {
    return Connection::open(std::move(store), environment_, options).value();
  }
  static Value entry(std::int64_t n) { return edn::read(base::text("[{:n ", n, "}]")).value(); }
  static std::size_t numbers(const Db& db) {
    const Value n = Value::keyword("n");
    return db.datoms(IndexOrder::aevt, std::span(&n, 1)).value().size();
  }
  format::HeadContent head() {
    return format::decode_head(memory_->read_head("db", {}, 0, {})->bytes).value();
  }
  // A reservation of a process that then died.
  void reserve_and_die(std::uint32_t ms) {
    const auto now = memory_->read_head("db", {}, 0, {}).value();
    const auto content = format::decode_head(now.bytes).value();
    const auto parent =
        content.tail.empty() ? content.snapshot.commit_id : content.tail.back().commit_id;
    const auto record = format::encode_reservation({{7, environment_.random_u64()}, parent, ms});
    ASSERT_EQ(memory_->append_head("db", now.version, now.bytes, record, {}).outcome,
              HeadWrite::Outcome::written);
  }

  base::TestEnvironment environment_;
  std::shared_ptr<Store> memory_;
};

TEST_F(TurnsTest, ASlowWriterGetsThroughOnceItHasReserved) {
  auto fast = connect(memory_);
  std::int64_t n = 100;
  // Fast writers wait for reservations, and so they overtake only while there is none.
  auto slow_store = std::make_shared<Overtaken>(memory_, [&] {
    if (head().reservation) return false;
    return fast->transact(entry(n++), {}).ok();
  });
  auto slow = connect(slow_store);
  const auto report = slow->transact(entry(1), {.timeout_ms = 5'000});
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(slow_store->overtaken, 4);
  EXPECT_FALSE(head().reservation);  // it is spent
  EXPECT_EQ(numbers(fast->db({}).value()), 5u);
  EXPECT_TRUE(fast->transact(entry(2), {}).ok());
}

TEST_F(TurnsTest, WithoutReservationsItDoesNot) {
  auto fast = connect(memory_);
  std::int64_t n = 100;
  auto slow_store =
      std::make_shared<Overtaken>(memory_, [&] { return fast->transact(entry(n++), {}).ok(); });
  ConnectionOptions never;
  never.losses_before_reservation = INT_MAX;
  // Its time runs while others are faster.
  auto timed =
      std::make_shared<Overtaken>(slow_store, [&] { return environment_.advance(50), true; });
  EXPECT_FALSE(connect(timed, never)->transact(entry(1), {.timeout_ms = 5'000}).ok());
  EXPECT_GE(slow_store->overtaken, 50);
}

TEST_F(TurnsTest, OthersWaitForAReservationAndNoLongerThanItAsks) {
  auto other = connect(memory_);
  other->transact(entry(1), {}).value();
  reserve_and_die(2'000);
  other->db({}).value();
  const auto before = environment_.steady_ms();
  other->transact(entry(2), {}).value();
  EXPECT_GE(environment_.steady_ms() - before, 1'900);
  EXPECT_LE(environment_.steady_ms() - before, 2'100);
  // Who waited once does not wait again, nor does anybody for one that is spent.
  const auto after = environment_.steady_ms();
  other->transact(entry(3), {}).value();
  connect(memory_)->transact(entry(4), {}).value();
  EXPECT_EQ(environment_.steady_ms(), after);
  EXPECT_EQ(numbers(other->db({}).value()), 4u);
}

TEST_F(TurnsTest, WaitingEndsAtTheCallersDeadlineAndWritesNothing) {
  auto other = connect(memory_);
  reserve_and_die(2'000);
  other->db({}).value();
  const auto report = other->transact(entry(1), {.timeout_ms = 100});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().category(), ErrorCategory::limit) << report.error().message();
  EXPECT_EQ(numbers(other->db({}).value()), 0u);
}

TEST_F(TurnsTest, FoldsWaitToo) {
  auto other = connect(memory_);
  other->transact(entry(1), {}).value();
  reserve_and_die(500);
  const auto before = environment_.steady_ms();
  other->fold(Deadline{}).value();
  EXPECT_GE(environment_.steady_ms() - before, 480);
  EXPECT_TRUE(head().tail.empty());
  EXPECT_FALSE(head().reservation);
}

TEST_F(TurnsTest, AReservationThatCameToNothingIsWithdrawn) {
  auto fast = connect(memory_);
  fast->transact(entry(0), {}).value();
  // Faster ones take what the slow one wants to swap, so that it fails when its turn comes.
  int overtakes = 0;
  const auto swap = [](int from, int to) {
    return edn::read(base::text("[[:db/cas 7 :n ", from, " ", to, "]]")).value();
  };
  fast->transact(edn::read("[{:db/id 7 :n 0}]").value(), {}).value();
  auto slow_store = std::make_shared<Overtaken>(memory_, [&] {
    ++overtakes;
    const auto forms = overtakes == 4 ? swap(0, 9) : entry(100 + overtakes);
    return fast->transact(forms, {}).ok();
  });
  const auto report = connect(slow_store)->transact(swap(0, 1), {.timeout_ms = 5'000});
  EXPECT_EQ(report.error().code(), "transact/cas");
  EXPECT_FALSE(head().reservation);
  const auto before = environment_.steady_ms();
  fast->transact(entry(5), {}).value();
  EXPECT_EQ(environment_.steady_ms(), before);
}

TEST_F(TurnsTest, ALoneCallerIsNotHeldUpByGathering) {
  ConnectionOptions options;
  options.gather_ms = 5;
  auto connection = connect(memory_, options);
  const auto before = environment_.steady_ms();
  for (int n = 0; n < 10; ++n) connection->transact(entry(n), {}).value();
  EXPECT_EQ(environment_.steady_ms(), before);
}

TEST_F(TurnsTest, CallersOfOneConnectionAreGatheredAndEachIsAnswered) {
  constexpr int kCallers = 6, kEach = 15;
  ConnectionOptions options;
  options.gather_ms = 3;
  auto connection = Connection::open(memory_, base::system_environment(), options).value();
  std::vector<std::thread> callers;
  std::atomic<int> acknowledged{0};
  for (int c = 0; c < kCallers; ++c) {
    callers.emplace_back([&, c] {
      for (int n = 0; n < kEach; ++n)
        acknowledged += connection->transact(entry(c * kEach + n), {}).ok();
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(acknowledged, kCallers * kEach);
  EXPECT_EQ(numbers(connection->db({}).value()), std::size_t{kCallers * kEach});
}

// Six writers with connections of their own: none waits for ever, nothing is lost or doubled.
TEST_F(TurnsTest, ManyWritersWithoutLocksAllGetThrough) {
  constexpr int kWriters = 6, kEach = 15;
  ConnectionOptions options;
  options.losses_before_reservation = 1;
  std::vector<std::thread> writers;
  std::atomic<int> acknowledged{0};
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      auto connection = Connection::open(memory_, base::system_environment(), options).value();
      for (int n = 0; n < kEach; ++n)
        acknowledged += connection->transact(entry(w * kEach + n), {}).ok();
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(acknowledged, kWriters * kEach);
  EXPECT_EQ(numbers(connect(memory_)->db({}).value()), std::size_t{kWriters * kEach});
}

}  // namespace
}  // namespace stele::conn
