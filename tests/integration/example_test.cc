// The text's example on every pair of stores, and with a point in time in it.
#include "scene_testing.h"

namespace stele {
namespace {

using scene::answer;
using scene::kInStock;
using scene::kInStockAnswer;

class TextExample : public testing::Test {
 protected:
  // Every database gets a name of its own: memory stores are found by name in the whole process.
  std::string memory_url() { return "memory:" + scratch_.path() + "-" + std::to_string(++names_); }
  std::string file_url() { return scratch_.url(std::to_string(++names_)); }
  std::string sqlite_url() { return "sqlite:" + scratch_.file(std::to_string(++names_)); }

  std::string joined(const std::string& catalog_url, const std::string& inventory_url) {
    auto catalog = scene::create_schemaless(catalog_url);
    auto inventory = scene::create_schemaless(inventory_url);
    catalog.transact(scene::kProducts).value();
    inventory.transact(scene::kStock).value();
    return answer(kInStock, {catalog.db().value(), inventory.db().value()});
  }

  scene::Scratch scratch_;
  int names_ = 0;
};

TEST_F(TextExample, JoinsTwoDatabasesInMemory) {
  EXPECT_EQ(joined(memory_url(), memory_url()), kInStockAnswer);
}

TEST_F(TextExample, JoinsTwoFileStores) {
  EXPECT_EQ(joined(file_url(), file_url()), kInStockAnswer);
}

TEST_F(TextExample, JoinsAFileStoreWithMemory) {
  EXPECT_EQ(joined(file_url(), memory_url()), kInStockAnswer);
  EXPECT_EQ(joined(memory_url(), file_url()), kInStockAnswer);
}

TEST_F(TextExample, JoinsAnSqliteStoreWithAFileStore) {
  EXPECT_EQ(joined(sqlite_url(), file_url()), kInStockAnswer);
  EXPECT_EQ(joined(file_url(), sqlite_url()), kInStockAnswer);
}

TEST_F(TextExample, JoinsTheCatalogOfThePastWithTheStockOfToday) {
  for (const bool folded : {false, true}) {
    auto catalog = scene::create_schemaless(folded ? sqlite_url() : file_url());
    auto inventory = scene::create_schemaless(memory_url());
    inventory.transact(scene::kStock).value();
    const auto first = catalog
                           .transact(std::string("{:tx-data ") + scene::kProducts +
                                     " :tx-meta {:db/txInstant #inst \"2025-10-01\"}}")
                           .value();
    catalog
        .transact(
            "{:tx-data [[:db/add 1 :product/price 12.49] [:db/add 2 :product/name \"Gizmo\"]]"
            " :tx-meta {:db/txInstant #inst \"2025-12-01\"}}")
        .value();
    if (folded) catalog.fold().value();
    const auto now = catalog.db().value();
    const auto stock = inventory.db().value();

    EXPECT_EQ(answer(kInStock, {now, stock}), R"(#{["Thingamajig" 3.75 58] ["Widget" 12.49 140]})");
    EXPECT_EQ(answer(kInStock, {now.as_of(instant("2025-11-01")), stock}), kInStockAnswer);
    EXPECT_EQ(answer(kInStock, {now.as_of(first.tx), stock}), kInStockAnswer);
    EXPECT_EQ(answer(kInStock, {now.as_of(instant("2025-09-01")), stock}), "#{}");
    EXPECT_EQ(answer(kInStock, {now.as_of(instant("2025-12-01")), stock}),
              answer(kInStock, {now, stock}));
  }
}

TEST_F(TextExample, ADatabaseNamedByUrlCanBeOneOfThePast) {
  const auto url = file_url();
  auto catalog = scene::create_schemaless(url);
  catalog.transact("{:tx-data [{:db/id 1 :x 1}] :tx-meta {:db/txInstant #inst \"2025-10-01\"}}")
      .value();
  catalog.transact("{:tx-data [{:db/id 1 :x 2}] :tx-meta {:db/txInstant #inst \"2025-12-01\"}}")
      .value();
  const char* x = "[:find ?x . :where [1 :x ?x]]";
  EXPECT_EQ(answer(x, {open(url).value()}), "2");
  EXPECT_EQ(answer(x, {open(url + "@2025-11-01").value()}), "1");
  EXPECT_EQ(answer(x, {open(url + "@536870913").value()}), "1");
}

TEST_F(TextExample, ASecondQueryOverTheSameNodesAsksTheStoreForNothing) {
  const auto url = file_url();
  auto writer = scene::create_schemaless(url);
  for (int i = 0; i < 40; ++i) {
    std::string forms = "[";
    for (int j = 0; j < 100; ++j) {
      forms += "{:item/number " + std::to_string(i * 100 + j) + " :item/name \"n" +
               std::to_string(j) + "\"}";
    }
    writer.transact(forms + "]").value();
  }
  writer.fold().value();

  auto reader = connect(url).value();
  const auto db = reader.db().value();
  const char* names = "[:find ?n ?name :where [?e :item/number ?n] [?e :item/name ?name]]";
  const auto first = answer(names, {db});
  const auto reads = reader.statistics().reads;
  EXPECT_GT(reads, 0u);
  EXPECT_EQ(answer(names, {db}), first);
  EXPECT_EQ(reader.statistics().reads, reads);
}

TEST_F(TextExample, TheLogNamesEachTransactionByItsNonce) {
  auto catalog = scene::create_schemaless(file_url());
  const auto first = catalog.transact(scene::kProducts).value();
  catalog.fold().value();
  const auto second = catalog.transact("[[:db/add 1 :product/price 12.49]]").value();
  const auto log = catalog.db().value().log().value();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].nonce, first.nonce);
  EXPECT_EQ(log[1].nonce, second.nonce);
  EXPECT_NE(first.nonce, second.nonce);
}

TEST_F(TextExample, ADbIsUndisturbedByLaterCommitsAndALaterOneSeesThem) {
  const auto url = file_url();
  auto a = scene::create_schemaless(url);
  auto b = connect(url).value();
  a.transact(scene::ledger_entry(1, 1)).value();
  const auto before = b.db().value();
  EXPECT_EQ(scene::ledger(before).size(), 1u);
  a.transact(scene::ledger_entry(1, 2)).value();
  a.fold().value();
  a.transact(scene::ledger_entry(1, 3)).value();
  EXPECT_EQ(scene::ledger(before).size(), 1u);
  EXPECT_EQ(scene::ledger(b.db().value()).size(), 3u);
  EXPECT_EQ(scene::ledger(before).size(), 1u);
}

}  // namespace
}  // namespace stele
