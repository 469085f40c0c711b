// Committing through good days and bad: acknowledged is found, refused is not, unknown is either.
#include <map>

#include <gtest/gtest.h>

#include "base/testing_environment.h"
#include "base/text.h"
#include "conn/connection.h"
#include "db/access.h"
#include "edn/reader.h"
#include "store/faulty_store.h"
#include "store/memory_store.h"

namespace stele::conn {
namespace {

using store::Fault;

class ConnTest : public testing::Test {
 protected:
  ConnTest() : memory_(store::make_memory_store(environment_)) {
    format::Config config;
    config.schema_on_read = true;
    create_database(*memory_, config, "db", Deadline{}).value();
  }

  std::shared_ptr<Connection> connect(std::shared_ptr<Store> store,
                                      std::uint64_t tail_bytes_soft = 600) {
    ConnectionOptions options;
    options.tail_bytes_soft = tail_bytes_soft;
    return Connection::open(std::move(store), environment_, options).value();
  }
  static Value entry(std::int64_t n) { return edn::read(base::text("[{:n ", n, "}]")).value(); }
  // How often each number is in the database.
  static std::map<std::int64_t, int> numbers(const Db& db) {
    std::map<std::int64_t, int> found;
    const Value n = Value::keyword("n");
    const auto datoms = db.datoms(IndexOrder::aevt, std::span(&n, 1)).value();
    for (const auto& datom : datoms) ++found[datom.v.as_int64()];
    return found;
  }

  base::TestEnvironment environment_;
  std::shared_ptr<Store> memory_;
};

TEST_F(ConnTest, AnOrdinaryCommitIsOneWriteAndNoRead) {
  auto connection = connect(memory_, 1 << 20);
  const auto before = connection->statistics();
  connection->transact(entry(1), {}).value();
  const auto after = connection->statistics();
  EXPECT_EQ(after.head_writes - before.head_writes, 1u);
  EXPECT_EQ(after.head_reads - before.head_reads, 0u);
  EXPECT_EQ(after.object_writes - before.object_writes, 0u);
  EXPECT_EQ(after.reads - before.reads, 0u);
}

TEST_F(ConnTest, AWriterThatLostRunsAgainOnTheNewerState) {
  auto a = connect(memory_), b = connect(memory_);
  for (int n = 0; n < 40; n += 2) {
    a->transact(entry(n), {}).value();
    b->transact(entry(n + 1), {}).value();
  }
  EXPECT_EQ(numbers(a->db({}).value()).size(), 40u);
  EXPECT_EQ(a->db({}).value().commit_id(), b->db({}).value().commit_id());
}

TEST_F(ConnTest, AnErrorIsJudgedOnTheNewestState) {
  auto a = connect(memory_), b = connect(memory_);
  const auto forms = [](const char* text) { return edn::read(text).value(); };
  a->transact(forms(R"([{:db/ident :email :db/valueType :db.type/string
                         :db/cardinality :db.cardinality/one :db/unique :db.unique/value}
                        {:db/id 100 :email "x"}])"),
              {})
      .value();
  ASSERT_EQ(b->transact(forms(R"([{:email "x"}])"), {}).error().code(), "transact/unique");
  a->transact(forms(R"([[:db/retract 100 :email "x"]])"), {}).value();
  // b has not seen the retraction yet, but it must not fail because of that.
  EXPECT_TRUE(b->transact(forms(R"([{:email "x"}])"), {}).ok());
}

TEST_F(ConnTest, AFailedTransactionChangesNothing) {
  auto connection = connect(memory_);
  connection->transact(entry(1), {}).value();
  const auto before = connection->db({}).value();
  EXPECT_FALSE(connection->transact(edn::read("[[:db/add 1 :n nil]]").value(), {}).ok());
  EXPECT_EQ(connection->db({}).value().commit_id(), before.commit_id());
  EXPECT_EQ(connection->transact(entry(2), {}).value().tx, before.max_tx() + 1);
}

TEST_F(ConnTest, ALargeTransactionGoesStraightIntoTheTrees) {
  auto connection = connect(memory_, 1000);
  std::string forms = "[";
  for (int n = 0; n < 500; ++n) forms += base::text("{:n ", n, "}");
  connection->transact(edn::read(forms + "]").value(), {}).value();
  const auto db = connection->db({}).value();
  EXPECT_EQ(db.state()->index(format::Tree::eavt).overlay->size(), 0u);
  EXPECT_EQ(numbers(db).size(), 500u);
  connection->transact(entry(500), {}).value();
  EXPECT_EQ(numbers(connection->db({}).value()).size(), 501u);
}

TEST_F(ConnTest, FoldsKeepTheTailSmallAndChangeNoAnswer) {
  auto connection = connect(memory_);
  for (int n = 0; n < 200; ++n) connection->transact(entry(n), {}).value();
  const auto db = connection->db({}).value();
  EXPECT_LT(db.state()->index(format::Tree::log).overlay->size(), 20u);
  EXPECT_EQ(numbers(db).size(), 200u);
  const auto reopened = connect(memory_)->db({}).value();
  EXPECT_EQ(reopened.commit_id(), db.commit_id());
  EXPECT_EQ(numbers(reopened), numbers(db));
}

TEST_F(ConnTest, AReleasedConnectionIsClosedButItsDbsLiveOn) {
  auto connection = connect(memory_);
  connection->transact(entry(1), {}).value();
  const auto db = connection->db({}).value();
  connection->release();
  EXPECT_EQ(connection->db({}).error().category(), ErrorCategory::closed);
  EXPECT_EQ(connection->transact(entry(2), {}).error().code(), "connection-has-been-released");
  connection.reset();
  EXPECT_EQ(numbers(db).size(), 1u);
}

TEST_F(ConnTest, ADeletedDatabaseIsGoneForEverybody) {
  auto connection = connect(memory_);
  delete_database(*memory_, Deadline{}).value();
  EXPECT_EQ(connection->db({}).error().code(), "db-does-not-exist");
  EXPECT_FALSE(connection->transact(entry(1), {}).ok());
  EXPECT_EQ(Connection::open(memory_, environment_).error().code(), "db-does-not-exist");
}

TEST_F(ConnTest, ADatabaseMadeAgainInTheSamePlaceIsAnother) {
  auto connection = connect(memory_);
  delete_database(*memory_, Deadline{}).value();
  format::Config config;
  config.database_id = Uuid{1, 2};
  create_database(*memory_, config, "db", Deadline{}).value();
  EXPECT_EQ(connection->db({}).error().code(), "db-does-not-exist");
  EXPECT_TRUE(Connection::open(memory_, environment_).ok());
}

TEST_F(ConnTest, WhatNobodyCouldReadBackIsRefused) {
  auto connection = connect(memory_);
  Value deep(1);
  for (int i = 0; i < 300; ++i) deep = Value::vector({deep});
  const Value x = Value::keyword("x");
  const auto meta = Value::map({{Value::keyword("tx-data"), Value::vector({})},
                                {Value::keyword("tx-meta"), Value::map({{x, deep}})}});
  EXPECT_EQ(connection->transact(meta, {}).error().code(), "transact/syntax");
  const auto map = Value::vector({Value::map({{x, deep}})});
  EXPECT_EQ(connection->transact(map, {}).error().code(), "transact/syntax");
  const auto large = Value::vector({Value::map({{x, Value(std::string(65u << 20, 'x'))}})});
  EXPECT_EQ(connection->transact(large, {}).error().code(), "transact/value-too-large");
  EXPECT_TRUE(connect(memory_)->db({}).ok());
}

TEST_F(ConnTest, TimesAreNeverTooLongNorNone) {
  auto connection = connect(memory_);
  EXPECT_TRUE(connection->transact(entry(1), {.timeout_ms = INT64_MAX}).ok());
  EXPECT_TRUE(connection->transact(entry(2), {.timeout_ms = 0}).ok());
}

class FaultyRun : public ConnTest {
 protected:
  // Transacts through the faulty store, folding often; then compares with what a good one holds.
  void run(std::shared_ptr<store::FaultyStore> faulty, const std::string& where) {
    ConnectionOptions options;
    options.tail_bytes_soft = 300;
    auto connection = Connection::open(faulty, environment_, options);
    std::map<std::int64_t, bool> acknowledged;
    for (std::int64_t n = 0; connection.ok() && n < 12; ++n) {
      auto report = (*connection)->transact(entry(n), {.timeout_ms = 500});
      if (report.ok()) acknowledged[n] = true;
      if (!report.ok() && report.error().category() == ErrorCategory::unknown) {
        acknowledged[n] = false;
      }
    }
    faulty->heal();
    faulty->settle();
    const auto found = numbers(connect(memory_)->db({}).value());
    for (auto [n, sure] : acknowledged) {
      if (sure) {
        EXPECT_EQ(found.count(n), 1u) << where << ": lost " << n;
      }
    }
    for (auto [n, times] : found) {
      EXPECT_EQ(times, 1) << where << ": " << n << " is there twice";
      EXPECT_TRUE(acknowledged.count(n)) << where << ": " << n << " was refused, and is there";
    }
  }
};

class FaultAtACall : public FaultyRun, public testing::WithParamInterface<Fault> {};

TEST_P(FaultAtACall, LosesAndDoublesNothing) {
  for (std::uint64_t call = 0; call < 60; ++call) {
    for (std::uint64_t lateness : {1, 3}) {
      memory_ = store::make_memory_store(environment_);
      format::Config config;
      config.schema_on_read = true;
      create_database(*memory_, config, "db", Deadline{}).value();
      auto plan = std::make_unique<store::ScriptedFaults>(
          std::map<std::uint64_t, Fault>{{call, GetParam()}}, lateness);
      run(std::make_shared<store::FaultyStore>(memory_, std::move(plan)),
          base::text("call ", call, ", lateness ", lateness));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Conn, FaultAtACall,
                         testing::Values(Fault::unavailable, Fault::error_before,
                                         Fault::error_after, Fault::late, Fault::torn));

TEST_F(FaultyRun, ManyFaultsFromASeedLoseAndDoubleNothing) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    memory_ = store::make_memory_store(environment_);
    format::Config config;
    config.schema_on_read = true;
    create_database(*memory_, config, "db", Deadline{}).value();
    const store::FaultRates rates{.unavailable = 30,
                                  .error_before = 40,
                                  .error_after = 40,
                                  .late = 40,
                                  .delay = 0,
                                  .torn = 30,
                                  .stale_list = 0};
    run(std::make_shared<store::FaultyStore>(memory_,
                                             std::make_unique<store::SeededFaults>(seed, rates)),
        base::text("seed ", seed));
  }
}

}  // namespace
}  // namespace stele::conn
