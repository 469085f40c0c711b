// Copying and publishing a database: what arrives, what is not copied twice, what is refused, and
// what a reader sees when it is interrupted.
#include "sync/copy.h"

#include <algorithm>

#include "backend/file/file_store.h"
#include "backend/file/site_store.h"
#include "conn/connection.h"
#include "conn/verify.h"
#include "db/access.h"
#include "edn/reader.h"
#include "format/pack.h"
#include "scene_testing.h"
#include "store/counting_store.h"
#include "store/faulty_store.h"
#include "store/memory_store.h"

namespace stele {
namespace {

using store::Fault;
using store::Operation;

// A database over a store of one's own.
class Database {
 public:
  explicit Database(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  static Database create(std::shared_ptr<Store> store) {
    format::Config config;
    config.schema_on_read = true;
    config.database_id = base::system_environment().random_uuid();
    conn::create_database(*store, config, "db", {}).value();
    return Database(std::move(store));
  }
  std::shared_ptr<Store> store() const { return store_; }

  std::shared_ptr<conn::Connection> connect() const {
    return conn::Connection::open(store_, base::system_environment()).value();
  }
  // Adds `count` entities, a transaction each hundred, and folds them.
  void add(std::int64_t from, std::int64_t count) const {
    const auto connection = connect();
    for (std::int64_t i = from; i < from + count; i += 100) {
      std::string forms = "[";
      for (std::int64_t j = i; j < std::min(i + 100, from + count); ++j)
        forms += "{:n " + std::to_string(j) + " :name \"entity " + std::to_string(j * j) + "\"}";
      connection->transact(edn::read(forms + "]").value(), {}).value();
    }
    connection->fold({}).value();
  }
  void commit(std::int64_t n) const {
    connect()->transact(edn::read("[{:n " + std::to_string(n) + "}]").value(), {}).value();
  }
  Db db() const { return connect()->db({}).value(); }
  std::set<std::int64_t> numbers() const {
    std::set<std::int64_t> numbers;
    const Value n = Value::keyword("n");
    for (const auto& datom : db().datoms(IndexOrder::aevt, std::span(&n, 1)).value())
      numbers.insert(datom.v.as_int64());
    return numbers;
  }
  // Every node and every pack.
  void verify() const {
    tree::Reader reader;
    const auto nodes = conn::verify_trees(*db().state(), reader);
    EXPECT_TRUE(nodes.ok()) << nodes.error().message();
    const auto packs = conn::verify_packs(*store_);
    EXPECT_TRUE(packs.ok()) << packs.error().message();
  }

 private:
  std::shared_ptr<Store> store_;
};

Result<CopyReport> copy(const std::shared_ptr<Store>& from, const std::shared_ptr<Store>& to,
                        const sync::CopyOptions& options = {}) {
  return sync::copy(from, to, options, base::system_environment());
}

std::size_t packs_in(Store& store) { return store.list("packs/", "", {})->objects.size(); }

void expect_same(const Database& a, const Database& b) {
  EXPECT_EQ(a.db().commit_hash(), b.db().commit_hash());
  EXPECT_EQ(a.numbers(), b.numbers());
  b.verify();
}

// Where a copy can go to.
using MakeStore = std::shared_ptr<Store> (*)(const scene::Scratch&);
class Copying : public testing::TestWithParam<MakeStore> {
 protected:
  std::shared_ptr<Store> destination() { return GetParam()(scratch_); }
  scene::Scratch scratch_;
  const std::shared_ptr<Store> memory_ = store::make_memory_store();
  const Database source_ = Database::create(memory_);
};

std::shared_ptr<Store> to_memory(const scene::Scratch&) { return store::make_memory_store(); }
std::shared_ptr<Store> to_file(const scene::Scratch& scratch) {
  return backend::FileStore::create(scratch.file("copy")).value();
}
std::shared_ptr<Store> to_site(const scene::Scratch& scratch) {
  return backend::open_site(scratch.file("www")).value();
}

std::string name_of(const testing::TestParamInfo<MakeStore>& made) {
  const char* const names[] = {"Memory", "File", "Site"};
  return names[made.index];
}
INSTANTIATE_TEST_SUITE_P(To, Copying, testing::Values(to_memory, to_file, to_site), name_of);

TEST_P(Copying, BringsTheWholeDatabaseAndThenOnlyWhatIsNew) {
  source_.add(0, 20'000);
  const Database copied(destination());
  const auto first = copy(memory_, copied.store()).value();
  EXPECT_GT(first.packs_copied, 0u);
  EXPECT_GT(first.bytes_copied, 100'000u);
  EXPECT_TRUE(first.head_written);
  expect_same(source_, copied);

  const auto nothing = copy(memory_, copied.store()).value();
  EXPECT_EQ(nothing.packs_copied, 0u);
  EXPECT_EQ(nothing.packs_there, first.packs_copied);
  EXPECT_FALSE(nothing.head_written);

  source_.commit(1'000'000);  // in the tail alone
  const auto tail = copy(memory_, copied.store()).value();
  EXPECT_EQ(tail.packs_copied, 0u);
  EXPECT_TRUE(tail.head_written);
  expect_same(source_, copied);

  source_.add(20'000, 100);
  const auto fold = copy(memory_, copied.store()).value();
  EXPECT_EQ(fold.packs_copied, 1u);
  EXPECT_LT(fold.bytes_copied, first.bytes_copied / 2);
  expect_same(source_, copied);
}

TEST_P(Copying, CopiesNoPackThatTheHeadDoesNotReach) {
  source_.add(0, 300);
  source_.add(300, 300);  // rewrites every leaf of the small trees
  const Store::Bytes stray = {1, 2, 3};
  ASSERT_TRUE(memory_->write_once(format::pack_key(base::sha256(stray)), stray, {}).ok());
  const Database copied(destination());
  copy(memory_, copied.store()).value();
  EXPECT_LT(packs_in(*copied.store()), packs_in(*memory_));
  expect_same(source_, copied);
}

TEST_P(Copying, KeepsThePacksOfReadersWhoAreBehind) {
  source_.add(0, 3'000);
  const Database copied(destination());
  copy(memory_, copied.store()).value();
  const Db before = copied.db();  // nothing of it has been read yet
  source_.add(3'000, 3'000);
  copy(memory_, copied.store()).value();
  EXPECT_EQ(before.count().value() < source_.db().count().value(), true);
  const Value n = Value::keyword("n");
  EXPECT_EQ(before.datoms(IndexOrder::aevt, std::span(&n, 1))->size(), 3'000u);
}

TEST_P(Copying, RefusesADestinationThatIsNoEarlierState) {
  source_.add(0, 500);
  const Database copied(destination());
  copy(memory_, copied.store()).value();

  // Another database.
  const auto other = Database::create(store::make_memory_store());
  auto refused = copy(other.store(), copied.store());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "sync/forked");
  EXPECT_NE(refused.error().message().find("another database"), std::string::npos);

  // The source went on and so did, elsewhere, a copy of it.
  const Database fork(store::make_memory_store());
  copy(memory_, fork.store()).value();
  fork.add(7'000, 100);
  source_.add(8'000, 100);
  copy(memory_, copied.store()).value();
  refused = copy(fork.store(), copied.store());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "sync/forked");
  source_.add(9'000, 300);
  refused = copy(memory_, fork.store());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "sync/forked");

  // The destination is ahead.
  const Database behind(store::make_memory_store());
  copy(memory_, behind.store()).value();
  source_.commit(1);
  copy(memory_, copied.store()).value();
  refused = copy(behind.store(), copied.store());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("ends with"), std::string::npos);
  expect_same(source_, copied);
}

TEST_P(Copying, CatchesUpOverManyFolds) {
  const Database copied(destination());
  copy(memory_, copied.store()).value();  // empty
  for (std::int64_t i = 0; i < 5; ++i) source_.add(i * 1'000, 1'000);
  copy(memory_, copied.store()).value();
  for (std::int64_t i = 5; i < 8; ++i) source_.add(i * 1'000, 1'000);
  source_.commit(123'456);
  copy(memory_, copied.store()).value();
  expect_same(source_, copied);
}

TEST_P(Copying, CopiesABranchUnderAnotherName) {
  source_.add(0, 500);
  source_.commit(77);
  const Database copied(destination());
  const auto report = copy(memory_, copied.store(), {.to_branch = "trial"}).value();
  EXPECT_TRUE(report.head_written);
  EXPECT_TRUE(copied.store()->read_head("db", {}, 0, {})->version.absent());
  conn::ConnectionOptions options;
  options.branch = "trial";
  const auto trial =
      conn::Connection::open(copied.store(), base::system_environment(), options).value();
  EXPECT_EQ(trial->db({})->commit_hash(), source_.db().commit_hash());
  EXPECT_EQ(trial->db({})->state()->branch, "trial");
  EXPECT_FALSE(copy(memory_, copied.store(), {.to_branch = "trial"})->head_written);
}

TEST(CopyingOnABadDay, IsTakenUpWhereItWasInterrupted) {
  const auto memory = store::make_memory_store();
  const auto source = Database::create(memory);
  for (std::int64_t i = 0; i < 6; ++i) source.add(i * 5'000, 5'000);
  const auto reached = copy(memory, store::make_memory_store())->packs_copied;
  ASSERT_GT(reached, 3u);
  // Each call to the destination fails in turn, with and without effect; the next attempt succeeds.
  for (const Fault fault : {Fault::error_before, Fault::error_after}) {
    for (std::uint64_t at = 0; at < reached + 3; ++at) {
      const auto inner = store::make_memory_store();
      const auto faulty = std::make_shared<store::FaultyStore>(
          inner,
          std::make_unique<store::ScriptedFaults>(std::map<std::uint64_t, Fault>{{at, fault}}));
      const auto interrupted = copy(memory, faulty);
      if (!interrupted.ok()) {
        EXPECT_TRUE(inner->read_head("db", {}, 0, {})->version.absent()) << at;
      }
      const auto there = packs_in(*inner);
      const auto report = copy(memory, faulty);
      ASSERT_TRUE(report.ok()) << report.error().message();
      EXPECT_EQ(report->packs_there, there);
      EXPECT_EQ(report->packs_copied, reached - there);
      expect_same(source, Database(inner));
    }
  }
}

TEST(CopyingOnABadDay, CopiesNoDamagedPack) {
  const auto good = store::make_memory_store();
  const auto source = Database::create(good);
  source.add(0, 5'000);
  // The same packs, but a leaf of one has a wrong bit, which no branch shows.
  const auto damaged = store::make_memory_store();
  const auto packs = good->list("packs/", "", {}).value();
  for (const auto& object : packs.objects) {
    auto bytes = good->read(object.key, {}, {}).value();
    bytes[40] ^= 1;
    ASSERT_TRUE(damaged->write_once(object.key, bytes, {}).ok());
  }
  const auto head = good->read_head("db", {}, 0, {}).value();
  ASSERT_EQ(damaged->swap_head("db", {}, head.bytes, {}).outcome, HeadWrite::Outcome::written);
  const auto to = store::make_memory_store();
  const auto refused = copy(damaged, to);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().category(), ErrorCategory::corrupt);
  EXPECT_TRUE(to->read_head("db", {}, 0, {})->version.absent());
}

TEST(CopyingOnABadDay, ReadsBranchesAndNoLeafTwice) {
  const auto memory = store::make_memory_store();
  Database::create(memory).add(0, 30'000);
  const auto from = std::make_shared<store::CountingStore>(memory);
  const auto report = copy(from, store::make_memory_store()).value();
  // All packs once as a whole; the branches before that are a small part of them.
  EXPECT_LT(from->counts()[Operation::read].bytes, report.bytes_copied * 5 / 4);
}

TEST(CopyingOnABadDay, NamesADatabaseThatIsNotThere) {
  const auto refused = copy(store::make_memory_store(), store::make_memory_store());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "db-does-not-exist");
}

}  // namespace
}  // namespace stele
