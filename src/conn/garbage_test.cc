// Garbage is what no head needs: it goes, and nothing else does.
#include "conn/garbage.h"

#include <gtest/gtest.h>

#include "base/testing_environment.h"
#include "base/text.h"
#include "conn/branches.h"
#include "conn/connection.h"
#include "conn/verify.h"
#include "edn/reader.h"
#include "store/forwarding_store_testing.h"
#include "store/memory_store.h"

namespace stele::conn {
namespace {

// A store that calls back before each swap of a head, and each removal.
class WatchedStore final : public store::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  bool fails_to_write = false;  // once, having called back as before a swap
  std::function<void()> before_swap = [] {}, after_list = [] {}, after_names = [] {};

  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override {
    if (std::exchange(fails_to_write, false)) {
      before_swap();
      return unavailable("store/full", "there is no room");
    }
    return inner_->write_once(key, bytes, deadline);
  }
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override {
    auto page = inner_->list(prefix, from, deadline);
    std::exchange(after_list, [] {})();
    return page;
  }
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override {
    std::exchange(before_swap, [] {})();
    return inner_->swap_head(name, expected, bytes, deadline);
  }
  HeadWrite append_head(const std::string& name, const HeadVersion& expected, ByteView known,
                        ByteView more, Deadline deadline) override {
    return inner_->append_head(name, expected, known, more, deadline);
  }
  Result<std::vector<std::string>> head_names(Deadline deadline) override {
    auto names = inner_->head_names(deadline);
    std::exchange(after_names, [] {})();
    return names;
  }
};

class GarbageTest : public testing::Test {
 protected:
  GarbageTest() : store_(store::make_memory_store(environment_)) {
    format::Config config;
    config.schema_on_read = true;
    create_database(*store_, config, "db", Deadline{}).value();
  }

  std::shared_ptr<Connection> connect(std::shared_ptr<Store> store = nullptr,
                                      const std::string& branch = "db") {
    ConnectionOptions options;
    options.branch = branch;
    options.cache_bytes = 1;  // so that what is read is read from the store
    return Connection::open(store ? store : store_, environment_, options).value();
  }
  void add(Connection& connection, std::int64_t n) {
    connection.transact(edn::read(base::text("[{:db/id 1 :n ", n, "}]")).value(), {}).value();
  }
  void add_and_fold(Connection& connection, std::int64_t n) {
    add(connection, n);
    connection.fold(Deadline{}).value();
  }
  static std::int64_t number(const Db& db) {
    const Value key[] = {Value(std::int64_t{1}), Value::keyword("n")};
    return db.datoms(IndexOrder::eavt, key).value().at(0).v.as_int64();
  }
  GarbageReport collect(std::int64_t grace_ms = 0, bool dry_run = false) {
    return collect_garbage(store_, {.grace_ms = grace_ms, .dry_run = dry_run}, environment_)
        .value();
  }
  std::size_t packs() { return store_->list("packs/", "", Deadline{})->objects.size(); }
  void expect_whole(Connection& connection) {
    tree::Reader reader;
    EXPECT_TRUE(verify_trees(*connection.db({}).value().state(), reader).ok());
  }

  base::TestEnvironment environment_;
  std::shared_ptr<Store> store_;
};

TEST_F(GarbageTest, WhatFoldsHaveReplacedIsRemoved) {
  auto connection = connect();
  for (int n = 0; n < 20; ++n) add_and_fold(*connection, n);
  const auto before = packs();
  const auto report = collect();
  EXPECT_EQ(report.heads, 1u);
  EXPECT_GT(report.removed.size(), 10u);
  EXPECT_EQ(packs(), before - report.removed.size());
  EXPECT_EQ(packs(), report.packs_needed);
  EXPECT_EQ(number(connect()->db({}).value()), 19);
  expect_whole(*connect());
  add_and_fold(*connection, 20);
  EXPECT_EQ(number(connect()->db({}).value()), 20);
}

TEST_F(GarbageTest, TheGracePeriodProtectsReaders) {
  auto connection = connect();
  add_and_fold(*connection, 1);
  const auto held = connection->db({}).value();
  add_and_fold(*connection, 2);
  // However old the packs are: they were needed up to now.
  environment_.advance(600'000);
  EXPECT_EQ(collect(60'000).removed.size(), 0u);
  EXPECT_GT(collect(60'000).packs_waiting, 0u);
  environment_.advance(59'000);
  EXPECT_EQ(collect(60'000).removed.size(), 0u);
  EXPECT_EQ(number(held), 1);
  environment_.advance(1'000);
  EXPECT_GT(collect(60'000).removed.size(), 0u);
  EXPECT_EQ(collect(60'000).packs_waiting, 0u);
  EXPECT_EQ(store_->list("garbage/", "", Deadline{})->objects.size(), 0u);
  EXPECT_EQ(number(connect()->db({}).value()), 2);
}

TEST_F(GarbageTest, AnOldDbIsCollectedAndNeverCorrupt) {
  auto connection = connect();
  add_and_fold(*connection, 1);
  const auto held = connection->db({}).value();
  add_and_fold(*connection, 2);
  collect();
  const auto datoms = held.datoms(IndexOrder::eavt);
  ASSERT_FALSE(datoms.ok());
  EXPECT_EQ(datoms.error().category(), ErrorCategory::collected);
  EXPECT_EQ(number(connection->db({}).value()), 2);
}

TEST_F(GarbageTest, WhatIsNeededAndLostIsNotCalledCollected) {
  auto connection = connect();
  add_and_fold(*connection, 1);
  const auto key = store_->list("packs/", "", Deadline{})->objects.at(0).key;
  store_->remove(std::span(&key, 1), Deadline{}).value();
  EXPECT_EQ(connection->db({}).value().datoms(IndexOrder::eavt).error().code(), "store/missing");
}

TEST_F(GarbageTest, ADryRunRemovesNothing) {
  auto connection = connect();
  for (int n = 0; n < 5; ++n) add_and_fold(*connection, n);
  const auto before = packs();
  const auto report = collect(0, true);
  EXPECT_GT(report.removed.size(), 0u);
  EXPECT_EQ(packs(), before);
  EXPECT_EQ(collect().removed, report.removed);
}

TEST_F(GarbageTest, EveryBranchIsKept) {
  auto connection = connect();
  add_and_fold(*connection, 1);
  create_branch(*store_, "db", "trial", Deadline{}).value();
  add_and_fold(*connection, 2);
  add_and_fold(*connect(nullptr, "trial"), 30);
  EXPECT_EQ(collect().heads, 2u);
  EXPECT_EQ(number(connect(nullptr, "trial")->db({}).value()), 30);
  delete_branch(*store_, "trial", Deadline{}).value();
  EXPECT_GT(collect().removed.size(), 0u);
  EXPECT_EQ(collect().heads, 1u);
  expect_whole(*connect());
}

// The fold has written its pack and is stopped before its swap; the collection takes what the fold
// has built on.
TEST_F(GarbageTest, AFoldThatWasOvertakenBuildsAgain) {
  auto setup = connect();
  for (int n = 0; n < 5; ++n) add_and_fold(*setup, n);
  auto watched = std::make_shared<WatchedStore>(store_);
  auto slow = connect(watched);
  add(*slow, 77);
  watched->before_swap = [&] {
    add_and_fold(*setup, 78);
    add(*setup, 79);
    collect();
  };
  slow->fold(Deadline{}).value();
  EXPECT_EQ(number(connect()->db({}).value()), 79);
  expect_whole(*connect());
}

TEST_F(GarbageTest, ABranchMadeOfWhatWasCollectedMeanwhileIsMadeAgain) {
  auto connection = connect();
  add_and_fold(*connection, 1);
  WatchedStore watched(store_);
  watched.before_swap = [&] {
    add_and_fold(*connection, 2);
    collect();
  };
  create_branch(watched, "db", "trial", Deadline{}).value();
  EXPECT_EQ(number(connect(nullptr, "trial")->db({}).value()), 2);
  expect_whole(*connect(nullptr, "trial"));
}

// The branch is made, of what the main branch then replaces, after the collector has asked which
// heads there are.
TEST_F(GarbageTest, ABranchThatIsMadeMeanwhileIsMarked) {
  auto connection = connect();
  add_and_fold(*connection, 1);
  auto watched = std::make_shared<WatchedStore>(store_);
  watched->after_names = [&] {
    create_branch(*store_, "db", "trial", Deadline{}).value();
    add_and_fold(*connection, 2);
  };
  collect_garbage(watched, {.grace_ms = 0}, environment_).value();
  EXPECT_EQ(number(connect(nullptr, "trial")->db({}).value()), 1);
  expect_whole(*connect(nullptr, "trial"));
}

TEST_F(GarbageTest, APackWrittenAfterTheListingIsSafe) {
  auto connection = connect();
  for (int n = 0; n < 5; ++n) add_and_fold(*connection, n);
  auto watched = std::make_shared<WatchedStore>(store_);
  watched->after_list = [&] { add_and_fold(*connection, 6); };
  collect_garbage(watched, {.grace_ms = 0}, environment_).value();
  EXPECT_EQ(number(connect()->db({}).value()), 6);
  expect_whole(*connect());
}

// Of the pack of the bulk load little is needed once most of it was replaced: what is, moves.
class CompactionTest : public GarbageTest {
 protected:
  static constexpr int kEntities = 20'000;

  CompactionTest() : connection_(connect()) {
    write(0, kEntities, "first");
    write(0, kEntities * 7 / 10, "second");
  }
  void write(int from, int to, const char* word) {
    std::string forms = "[";
    for (int e = from + 1; e <= to; ++e)
      forms += base::text("[:db/add ", e, " :w \"", word, e, "\"]");
    connection_->transact(edn::read(forms + "]").value(), {}).value();
    connection_->fold(Deadline{}).value();
  }
  std::vector<Datom> all(const Db& db) { return db.datoms(IndexOrder::eavt).value(); }
  std::uint64_t bytes() {
    std::uint64_t sum = 0;
    const auto page = store_->list("packs/", "", Deadline{}).value();
    for (const auto& pack : page.objects) sum += pack.bytes;
    return sum;
  }

  std::shared_ptr<Connection> connection_;
};

TEST_F(CompactionTest, WhatIsNeededMovesOutOfPacksOfWhichLittleIs) {
  const auto before = connection_->db({}).value();
  const auto datoms = all(before);
  const auto history = before.history().count().value();
  const auto size = bytes();
  const auto report = collect();
  EXPECT_GT(report.bytes_moved, 0u);
  EXPECT_LT(bytes(), size * 9 / 10);

  for (auto& connection : {connection_, connect()}) {
    const auto now = connection->db({}).value();
    EXPECT_EQ(now.commit_id(), before.commit_id());
    EXPECT_EQ(now.history().count().value(), history);
    const auto again = all(now);
    ASSERT_EQ(again.size(), datoms.size());
    EXPECT_TRUE(std::ranges::equal(again, datoms, same_fact));
  }
  expect_whole(*connect());
  write(0, 10, "third");
  expect_whole(*connect());
  EXPECT_EQ(collect().bytes_moved, 0u);
}

TEST_F(CompactionTest, AHeldDbIsReadableForItsGracePeriod) {
  const auto held = connection_->db({}).value();
  const auto count = all(held).size();
  EXPECT_GT(collect(60'000).bytes_moved, 0u);
  EXPECT_EQ(all(held).size(), count);
  EXPECT_EQ(all(connection_->db({}).value()).size(), count);
}

TEST_F(CompactionTest, BranchesStillShareWhatWasMoved) {
  create_branch(*store_, "db", "trial", Deadline{}).value();
  collect();
  const auto size = bytes();
  delete_branch(*store_, "trial", Deadline{}).value();
  collect();
  EXPECT_EQ(bytes(), size);
}

TEST_F(CompactionTest, ManySmallPacksBecomeOne) {
  for (int n = 0; n < 40; ++n) write(n * 100, n * 100 + 1, "small");
  collect();
  EXPECT_LT(packs(), 20u);
  expect_whole(*connect());
}

// The compaction has moved what the head needed, and loses to a fold.
TEST_F(CompactionTest, StartsAgainOnANewerHead) {
  auto watched = std::make_shared<WatchedStore>(store_);
  watched->before_swap = [&] { write(0, 10, "meanwhile"); };
  collect_garbage(watched, {.grace_ms = 0}, environment_).value();
  const Value key[] = {Value(std::int64_t{1}), Value::keyword("w")};
  const auto now = connect()->db({}).value();
  EXPECT_EQ(now.datoms(IndexOrder::eavt, key).value().at(0).v.as_string(), "meanwhile1");
  expect_whole(*connect());
}

TEST_F(CompactionTest, APackThatWasNotWrittenIsNotCountedOn) {
  auto watched = std::make_shared<WatchedStore>(store_);
  watched->fails_to_write = true;
  watched->before_swap = [&] { write(0, 10, "meanwhile"); };
  collect_garbage(watched, {.grace_ms = 0}, environment_).value();
  expect_whole(*connect());
  EXPECT_EQ(all(connect()->db({}).value()).size(), all(connection_->db({}).value()).size());
}

TEST_F(GarbageTest, WithoutADatabaseNothingIsRemoved) {
  auto connection = connect();
  add_and_fold(*connection, 1);
  delete_database(*store_, Deadline{}).value();
  EXPECT_EQ(collect_garbage(store_, {.grace_ms = 0}, environment_).error().code(),
            "db-does-not-exist");
}

}  // namespace
}  // namespace stele::conn
