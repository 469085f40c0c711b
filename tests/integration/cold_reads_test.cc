// What a database in a bucket costs whoever has read nothing of it yet, in requests and in rounds:
// sets of requests issued together. Trees are two nodes high here, a root and its leaves, so that a
// look-up is two rounds; with ten million datoms they are three high, and everything costs one
// more.
#include "backend/s3/fake_s3_testing.h"
#include "base/text.h"
#include "scene_testing.h"

namespace stele {
namespace {

using base::text;

constexpr int kPeople = 12'000;

// Of a query.
struct Cost {
  std::size_t rows;
  std::uint64_t rounds;
  bool operator==(const Cost&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Cost& cost) {
  return out << cost.rows << " rows in " << cost.rounds << " rounds";
}

// People in a bucket, folded: person i is entity 101 + i, follows the next one, and has changed its
// age since.
class ColdReads : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new backend::FakeS3();
    const auto connection = create_database(config()).value();
    connection
        .transact(R"([{:db/ident :email :db/valueType :db.type/string
                       :db/cardinality :db.cardinality/one :db/unique :db.unique/identity}
                      {:db/ident :name :db/valueType :db.type/string
                       :db/cardinality :db.cardinality/one}
                      {:db/ident :age :db/valueType :db.type/long
                       :db/cardinality :db.cardinality/one :db/index true}
                      {:db/ident :follows :db/valueType :db.type/ref
                       :db/cardinality :db.cardinality/one}])")
        .value();
    std::string people = "[", changes = "[";
    for (int i = 0; i < kPeople; ++i) {
      people += text("{:db/id ", person(i), " :email \"p", i, "\" :name \"n", i % 37, "\" :age ",
                     i % 100, " :follows ", person(i * 7 + 1), "}");
      changes += text("[:db/add ", person(i), " :age ", i % 100 + 1, "]");
    }
    connection.transact(people + "]").value();
    connection
        .transact(text("{:tx-data ", changes, "] :tx-meta {:db/txInstant #inst \"2100-01-01\"}}"))
        .value();
    connection.fold().value();
  }
  static int person(int i) { return 101 + i % kPeople; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static std::string config() {
    return text(
        "{:store {:backend :s3 :bucket \"bucket\" :prefix \"cold\" :anonymous? true "
        ":region \"us-east-1\" :endpoint \"",
        server_->url(), "\"}}");
  }

  // A connection that has read its head, and counts from there.
  struct Cold {
    Connection connection = connect(config()).value();
    Db db = connection.db().value();
    std::uint64_t rounds() const { return connection.statistics().rounds; }
  };
  // By a connection that knows nothing.
  static Cost ask(const std::string& query) {
    Cold cold;
    const auto rows = q(query, cold.db).value();
    return {rows.rows(), cold.rounds()};
  }
  static Cost ask(const std::string& query, Instant moment) {
    Cold cold;
    const auto rows = q(query, cold.db.as_of(moment)).value();
    return {rows.rows(), cold.rounds()};
  }

  static backend::FakeS3* server_;
};
backend::FakeS3* ColdReads::server_ = nullptr;

TEST_F(ColdReads, OpeningIsOneGet) {
  (void)server_->take_count("GET");
  (void)server_->take_count("HEAD");
  const Cold cold;
  // Connecting reads the head, and asking for the newest state asks whether it still is.
  EXPECT_EQ(server_->take_count("GET"), 2);
  EXPECT_EQ(server_->take_count("HEAD"), 0);
  EXPECT_EQ(cold.rounds(), 0u);
}

TEST_F(ColdReads, ACommitIsOnePut) {
  backend::FakeS3 server;
  const std::string place =
      text("{:store {:backend :s3 :bucket \"bucket\" :anonymous? true ",
           ":region \"us-east-1\" :endpoint \"", server.url(), "\"} :schema-flexibility :read}");
  (void)create_database(place).value();
  const auto connection = connect(place).value();
  connection.transact("[{:db/id 1 :n 0}]").value();
  for (int n = 1; n <= 5; ++n) {
    (void)server.take_count("PUT");
    (void)server.take_count("GET");
    connection.transact(text("[[:db/add 1 :n ", n, "]]")).value();
    EXPECT_EQ(server.take_count("PUT"), 1);
    EXPECT_EQ(server.take_count("GET"), 0);
  }
}

TEST_F(ColdReads, APointLookUpIsARoundForEachLevel) {
  EXPECT_EQ(ask("[:find ?e :where [?e :email \"p77\"]]"), (Cost{1, 2}));
  EXPECT_EQ(ask("[:find ?n :where [178 :name ?n]]"), (Cost{1, 2}));
  EXPECT_EQ(ask("[:find ?a ?v :where [178 ?a ?v]]"), (Cost{4, 2}));
}

TEST_F(ColdReads, AllRootsComeInTheFirstRoundSoThatAStepIsOneRoundLess) {
  EXPECT_EQ(ask("[:find ?n :where [?e :email \"p77\"] [?e :name ?n]]"), (Cost{1, 3}));
  EXPECT_EQ(ask("[:find ?n :where [?e :email \"p77\"] [?e :follows ?f] [?f :name ?n]]"),
            (Cost{1, 4}));
}

TEST_F(ColdReads, RangesAreReadTogether) {
  EXPECT_EQ(ask("[:find ?e :where [?e :age ?a] [(< 40 ?a)] [(< ?a 43)]]"), (Cost{240, 2}));
  EXPECT_EQ(ask("[:find ?e ?n ?a :where [?e :name ?n] [?e :age ?a]]"), (Cost{kPeople, 2}));
  EXPECT_EQ(ask("[:find ?n (avg ?a) :with ?e :where [?e :name ?n] [?e :age ?a]]"), (Cost{37, 2}));
}

TEST_F(ColdReads, AMomentOfThePastIsTheLogWithAllRootsAndThenPresentAndPastTogether) {
  const Instant before = instant("2099-01-01");
  EXPECT_EQ(ask("[:find ?n :where [178 :age ?n]]", before), (Cost{1, 2}));
  EXPECT_EQ(ask("[:find ?e ?n ?a :where [?e :name ?n] [?e :age ?a]]", before), (Cost{kPeople, 2}));
}

TEST_F(ColdReads, ATransactionLooksUpAllItsReferencesTogether) {
  Cold cold;
  std::string forms = "[";
  for (int i = 0; i < 100; ++i) {
    forms += text("{:email \"p", i * 101, "\" :age 7 :follows [:email \"p", i * 97, "\"]}");
  }
  const auto report = with(cold.db, read_edn(forms + "]").value()).value();
  EXPECT_GT(report.tx_data.size(), 200u);
  EXPECT_LE(cold.rounds(), 3u);
}

TEST_F(ColdReads, WhatWasReadIsNotReadAgain) {
  Cold cold;
  const std::string query = "[:find ?e ?n ?a :where [?e :name ?n] [?e :age ?a]]";
  (void)q(query, cold.db).value();
  const auto before = cold.rounds();
  (void)q(query, cold.db).value();
  EXPECT_EQ(cold.rounds(), before);
}

}  // namespace
}  // namespace stele
