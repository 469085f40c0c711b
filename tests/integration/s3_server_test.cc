// The text's example with a bucket in it, what a commit and an opening ask of the server, and many
// writers to one database, on Ceph's RADOS Gateway.
#include <sys/wait.h>
#include <unistd.h>

#include "backend/s3/rados_gateway_testing.h"
#include "net/http_client.h"
#include "scene_testing.h"

namespace stele {
namespace {

using backend::RadosGateway;
using scene::answer;
using scene::kInStock;
using scene::kInStockAnswer;

// Requests that this process has sent since `client` was made.
class Requests {
 public:
  std::uint64_t take() {
    const auto now = client_->requests_begun();
    return now - std::exchange(before_, now);
  }

 private:
  const std::shared_ptr<net::HttpClient> client_ = net::shared_http_client("");
  std::uint64_t before_ = client_->requests_begun();
};

std::string joined(const std::string& catalog_url, const std::string& inventory_url) {
  auto catalog = scene::create_schemaless(catalog_url);
  auto inventory = scene::create_schemaless(inventory_url);
  catalog.transact(scene::kProducts).value();
  inventory.transact(scene::kStock).value();
  return answer(kInStock, {catalog.db().value(), inventory.db().value()});
}

TEST(TextExampleOnS3, JoinsABucketWithAFileWithMemoryAndWithABucket) {
  auto& gateway = RadosGateway::instance();
  scene::Scratch scratch;
  EXPECT_EQ(joined(gateway.url(), scratch.url("inventory")), kInStockAnswer);
  EXPECT_EQ(joined(scratch.url("catalog"), gateway.url()), kInStockAnswer);
  EXPECT_EQ(joined(gateway.url(), "memory:" + scratch.path()), kInStockAnswer);
  EXPECT_EQ(joined(gateway.url(), gateway.url()), kInStockAnswer);
}

TEST(TextExampleOnS3, JoinsTheCatalogOfThePastFolded) {
  scene::Scratch scratch;
  const auto url = RadosGateway::instance().url();
  auto catalog = scene::create_schemaless(url);
  auto inventory = scene::create_schemaless(scratch.url("inventory"));
  inventory.transact(scene::kStock).value();
  catalog
      .transact(std::string("{:tx-data ") + scene::kProducts +
                " :tx-meta {:db/txInstant #inst \"2025-10-01\"}}")
      .value();
  catalog.transact("[[:db/add 1 :product/price 12.49]]").value();
  catalog.fold().value();
  const auto stock = inventory.db().value();
  EXPECT_EQ(answer(kInStock, {open(url).value(), stock}),
            R"(#{["Thingamajig" 3.75 58] ["Widget" 12.49 140]})");
  EXPECT_EQ(answer(kInStock, {open(url + "@2025-11-01").value(), stock}), kInStockAnswer);
}

TEST(CostOnS3, IsOneGetToOpenAndOnePutToCommit) {
  const auto url = RadosGateway::instance().url();
  scene::create_schemaless(url).transact(scene::kProducts).value();
  Requests requests;
  auto connection = connect(url).value();
  EXPECT_EQ(requests.take(), 1u);
  for (int n = 0; n < 5; ++n) {
    connection.transact(scene::ledger_entry(0, n)).value();
    EXPECT_EQ(requests.take(), 1u);
  }
  EXPECT_EQ(scene::ledger(connection.db().value()).size(), 5u);
  EXPECT_EQ(requests.take(), 1u);  // is it still the newest? It is
}

TEST(CostOnS3, OfAFoldIsTwoPutsAndTwoLooksAtTheHead) {
  const auto url = RadosGateway::instance().url();
  auto connection = scene::create_schemaless(url);
  connection.transact(scene::kProducts).value();
  Requests requests;
  connection.fold().value();
  EXPECT_EQ(requests.take(), 4u);
  auto reader = connect(url).value();
  EXPECT_EQ(requests.take(), 1u);
  const auto db = reader.db({.max_age_ms = INT64_MAX}).value();
  const auto first = answer("[:find ?n :where [_ :product/name ?n]]", {db});
  const auto cold = requests.take();
  EXPECT_GE(cold, 1u);
  EXPECT_LE(cold, 3u);
  EXPECT_EQ(answer("[:find ?n :where [_ :product/name ?n]]", {db}), first);
  EXPECT_EQ(requests.take(), 0u);
}

TEST(DatabasesOnS3, AreMadeOnceFoundAndDeleted) {
  const auto url = RadosGateway::instance().url();
  EXPECT_FALSE(*database_exists(url));
  EXPECT_EQ(connect(url).error().code(), "db-does-not-exist");
  auto connection = scene::create_schemaless(url);
  EXPECT_TRUE(*database_exists(url));
  EXPECT_EQ(create_database(url).error().code(), "db-already-exists");
  connection.transact(scene::kProducts).value();
  connection.fold().value();
  ASSERT_TRUE(delete_database(url).ok());
  EXPECT_FALSE(*database_exists(url));
  EXPECT_EQ(connection.transact(scene::kStock).error().code(), "db-does-not-exist");
  EXPECT_TRUE(create_database(url).ok());
}

// --- many writers ------------------------------------------------------------------------------

[[noreturn]] void write_all(const std::string& url, int writer, int count) {
  int failed = 0;
  {
    auto connection = connect(url).value();
    for (int n = 0; n < count; ++n) {
      auto report = connection.transact(scene::ledger_entry(writer, n));
      if (report.ok()) continue;
      ++failed;
      std::fprintf(stderr, "writer %d: %s\n", writer, report.error().message().c_str());
    }
  }
  ::_exit(failed);
}

TEST(WritersOnS3, EightProcessesLoseNothingAndDoNotFail) {
  constexpr int kWriters = 8;
  const int count = scene::repetitions("COMMITS", 25);
  const auto url = RadosGateway::instance().url();
  { scene::create_schemaless(url); }
  pid_t children[kWriters];
  for (int w = 0; w < kWriters; ++w) {
    children[w] = ::fork();
    if (children[w] == 0) write_all(url, w, count);
  }
  std::set<std::pair<std::int64_t, std::int64_t>> acknowledged;
  for (int w = 0; w < kWriters; ++w) {
    int status = 0;
    ::waitpid(children[w], &status, 0);
    EXPECT_EQ(status, 0) << "writer " << w;
    for (int n = 0; n < count; ++n) acknowledged.emplace(w, n);
  }
  EXPECT_EQ(scene::ledger(open(url).value()), acknowledged);
}

}  // namespace
}  // namespace stele
