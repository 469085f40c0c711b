#include "backend/sqlite/sqlite_store.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "backend/sqlite/sqlite_connection.h"
#include "base/text.h"
#include "store/store_conformance_testing.h"
#include "store/store_processes_testing.h"

namespace stele::backend {
namespace {

namespace fs = std::filesystem;
using Outcome = HeadWrite::Outcome;
using store::StoreConformance;

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(const Store::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// A folder for one test, removed with all that is in it.
class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = fs::temp_directory_path() / base::text("stele-sqlite-", ::getpid(), '-', count++);
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string file(const char* name = "db.sqlite") const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

// --- conformance -------------------------------------------------------------------------------

class Database final : public store::StoreUniverse {
 public:
  Database() { EXPECT_TRUE(SqliteStore::create(folder_.file()).ok()); }
  std::shared_ptr<Store> open() override { return SqliteStore::open(folder_.file()).value(); }

 private:
  Folder folder_;
};

std::shared_ptr<store::StoreUniverse> database() { return std::make_shared<Database>(); }

INSTANTIATE_TEST_SUITE_P(SqliteStores, StoreConformance,
                         testing::Values(store::StoreUnderTest{"Sqlite", database}),
                         store::name_of);

// --- many processes ----------------------------------------------------------------------------

class SqliteStoreTest : public testing::Test {
 protected:
  std::shared_ptr<Store> create() { return SqliteStore::create(folder_.file()).value(); }
  store::OpenStore opener() const {
    return [file = folder_.file()] { return SqliteStore::open(file).value(); };
  }
  // A connection beside the store's.
  std::unique_ptr<SqliteConnection> beside() {
    return SqliteConnection::open(folder_.file(), "test", SqliteConnection::Mode::write,
                                  base::system_environment(), {})
        .value();
  }

  Folder folder_;
};

TEST_F(SqliteStoreTest, FourProcessesLoseNoLine) {
  create();
  store::run_writers(opener(), 4, 1500);
}

TEST_F(SqliteStoreTest, AKilledProcessLosesNoLine) {
  create();
  store::run_kills(opener(), 30);
}

// --- opening -----------------------------------------------------------------------------------

TEST_F(SqliteStoreTest, IsFoundOnceItIsMade) {
  EXPECT_FALSE(*SqliteStore::exists(folder_.file()));
  EXPECT_EQ(SqliteStore::open(folder_.file()).error().code(), "store/missing");
  EXPECT_FALSE(fs::exists(folder_.file())) << "looking made a file";
  create();
  EXPECT_TRUE(*SqliteStore::exists(folder_.file()));
  EXPECT_EQ(SqliteStore::create(folder_.file()).error().code(), "store/exists");
}

TEST_F(SqliteStoreTest, IsMadeWithTheFoldersAboveIt) {
  EXPECT_TRUE(SqliteStore::create(folder_.file("a/b/c.sqlite")).ok());
  EXPECT_TRUE(fs::exists(folder_.file("a/b/c.sqlite")));
}

TEST_F(SqliteStoreTest, WhatIsNoDatabaseIsSaidToBeNone) {
  std::ofstream(folder_.file()) << std::string(5000, 'x');
  EXPECT_FALSE(*SqliteStore::exists(folder_.file()));
  EXPECT_EQ(SqliteStore::open(folder_.file()).error().category(), ErrorCategory::corrupt);
}

TEST_F(SqliteStoreTest, ALaterLayoutIsRefused) {
  create();
  ASSERT_TRUE(beside()->run("UPDATE stele_store SET layout = 2").ok());
  EXPECT_EQ(SqliteStore::open(folder_.file()).error().code(), "store/format");
}

TEST_F(SqliteStoreTest, LivesBesideOtherTablesAndLeavesThemAlone) {
  ASSERT_TRUE(SqliteConnection::open(folder_.file(), "test", SqliteConnection::Mode::create,
                                     base::system_environment(), {})
                  .value()
                  ->run("CREATE TABLE mine (x); INSERT INTO mine VALUES (42)")
                  .ok());
  EXPECT_FALSE(*SqliteStore::exists(folder_.file()));
  ASSERT_TRUE(create()->destroy({}).ok());
  EXPECT_FALSE(*SqliteStore::exists(folder_.file()));
  auto connection = beside();
  auto mine = connection->statement("SELECT x FROM mine").value();
  ASSERT_TRUE(*mine.step());
  EXPECT_EQ(mine.number(0), 42);
}

TEST_F(SqliteStoreTest, CanBeMadeAgainAfterItWasDestroyed) {
  auto before = create();
  const HeadVersion version = before->swap_head("db", {}, bytes("x"), {}).version;
  ASSERT_TRUE(before->destroy({}).ok());
  auto after = create();
  ASSERT_EQ(after->swap_head("db", {}, bytes("x"), {}).outcome, Outcome::written);
  EXPECT_EQ(before->append_head("db", version, bytes("x"), bytes("y"), {}).outcome,
            Outcome::conflict);
}

TEST_F(SqliteStoreTest, ReadsAndRefusesWritesWhereItIsOpenForReading) {
  const HeadVersion version = create()->swap_head("db", {}, bytes("one"), {}).version;
  auto store = SqliteStore::open(folder_.file(), {.read_only = true}).value();
  EXPECT_FALSE(store->traits().writable);
  EXPECT_EQ(text_of(store->read_head("db", {}, 0, {})->bytes), "one");
  const HeadWrite write = store->append_head("db", version, bytes("one"), bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/read-only");
  EXPECT_EQ(store->write_once("packs/a", bytes("a"), {}).error().code(), "store/read-only");
  EXPECT_EQ(store->remove(std::vector<std::string>{"packs/a"}, {}).error().code(),
            "store/read-only");
  EXPECT_EQ(store->destroy({}).error().code(), "store/read-only");
}

// --- what it promises beyond the suite ---------------------------------------------------------

TEST_F(SqliteStoreTest, ReadsRangesAcrossChunks) {
  auto store = create();
  Store::Bytes content(100'000);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * 7);
  ASSERT_TRUE(store->write_once("packs/a", content, {}).ok());
  for (std::uint64_t offset : {0, 16383, 16384, 16385, 32768, 99'999}) {
    for (std::uint64_t length : {1, 2, 16384, 16385, 50'000}) {
      const auto read = store->read("packs/a", {offset, length}, {}).value();
      const std::size_t end = std::min<std::size_t>(offset + length, content.size());
      EXPECT_EQ(read, Store::Bytes(content.begin() + static_cast<std::ptrdiff_t>(offset),
                                   content.begin() + static_cast<std::ptrdiff_t>(end)))
          << offset << '+' << length;
    }
  }
}

TEST_F(SqliteStoreTest, MissingRowsAreAnErrorAndNotAnEmptyAnswer) {
  auto store = create();
  const HeadVersion one = store->swap_head("db", {}, bytes("one"), {}).version;
  (void)store->append_head("db", one, bytes("one"), bytes("two"), {});
  ASSERT_TRUE(store->write_once("packs/a", Store::Bytes(50'000, 1), {}).ok());
  ASSERT_TRUE(beside()->run("DELETE FROM stele_entries WHERE ends = 3").ok());
  ASSERT_TRUE(beside()->run("DELETE FROM stele_chunks WHERE place & 16777215 = 1").ok());
  EXPECT_EQ(store->read_head("db", {}, 0, {}).error().category(), ErrorCategory::corrupt);
  EXPECT_EQ(store->read("packs/a", {}, {}).error().category(), ErrorCategory::corrupt);
  EXPECT_TRUE(store->read("packs/a", {40'000, 10}, {}).ok());
}

TEST_F(SqliteStoreTest, ACommitAddsOneRowAndOnePage) {
  auto store = create();
  HeadVersion version = store->swap_head("db", {}, bytes("start"), {}).version;
  auto connection = beside();
  ASSERT_TRUE(connection->run("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  for (int i = 0; i < 3; ++i)
    version = store->append_head("db", version, {}, bytes(std::string(200, 'x')), {}).version;
  constexpr std::uintmax_t kHeader = 32, kFrame = 24 + 4096;
  EXPECT_EQ(fs::file_size(folder_.file() + "-wal"), kHeader + 3 * kFrame);
}

TEST_F(SqliteStoreTest, WaitsForAnotherWriterNoLongerThanTheDeadline) {
  auto store = create();
  const HeadVersion version = store->swap_head("db", {}, bytes("one"), {}).version;
  auto other = beside();
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE").ok());
  base::Environment& environment = base::system_environment();
  const std::int64_t start_ms = environment.steady_ms();
  const HeadWrite write =
      store->append_head("db", version, {}, bytes("x"), base::deadline_after(environment, 50));
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/deadline");
  EXPECT_GE(environment.steady_ms() - start_ms, 50);
  EXPECT_LT(environment.steady_ms() - start_ms, 5000);
  EXPECT_EQ(text_of(store->read_head("db", {}, 0, {})->bytes), "one") << "readers never wait";
  ASSERT_TRUE(other->run("ROLLBACK").ok());
  EXPECT_EQ(store->append_head("db", version, {}, bytes("x"), {}).outcome, Outcome::written);
}

}  // namespace
}  // namespace stele::backend
