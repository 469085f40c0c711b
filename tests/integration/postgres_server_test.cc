// The text's example with a catalog in PostgreSQL, and what a user sees of such a store.
#include "backend/postgres/postgres_server_testing.h"
#include "scene_testing.h"

namespace stele {
namespace {

using backend::PostgresServer;

std::string url() { return PostgresServer::instance().url(PostgresServer::new_prefix()); }
std::string memory_url() { return "memory:" + PostgresServer::new_prefix(); }

std::string joined(const std::string& catalog_url, const std::string& inventory_url) {
  auto catalog = scene::create_schemaless(catalog_url);
  auto inventory = scene::create_schemaless(inventory_url);
  catalog.transact(scene::kProducts).value();
  inventory.transact(scene::kStock).value();
  return scene::answer(scene::kInStock, {catalog.db().value(), inventory.db().value()});
}

TEST(PostgresDatabases, JoinWithThoseInMemory) {
  EXPECT_EQ(joined(url(), memory_url()), scene::kInStockAnswer);
  EXPECT_EQ(joined(memory_url(), url()), scene::kInStockAnswer);
}

TEST(PostgresDatabases, JoinInTheFormOfMaps) {
  const auto map = [](const std::string& backend) {
    auto& server = PostgresServer::instance();
    return "{:store {" + backend + " :host \"127.0.0.1\" :port " + server["port"] +
           " :user \"owner\" :dbname \"postgres\" :table \"" + PostgresServer::new_prefix() +
           "\"} :schema-flexibility :read}";
  };
  auto catalog = create_database(map(":backend :postgres")).value();
  auto inventory = create_database(map(":backend :jdbc :dbtype \"postgresql\"")).value();
  catalog.transact(scene::kProducts).value();
  inventory.transact(scene::kStock).value();
  EXPECT_EQ(scene::answer(scene::kInStock, {catalog.db().value(), inventory.db().value()}),
            scene::kInStockAnswer);
}

TEST(PostgresDatabases, HoldAndAreFoundAgainAfterFolds) {
  const std::string place = url();
  auto connection = scene::create_schemaless(place);
  for (int i = 0; i < 300; ++i) connection.transact(scene::ledger_entry(1, i)).value();
  connection.fold().value();
  for (int i = 300; i < 320; ++i) connection.transact(scene::ledger_entry(1, i)).value();
  EXPECT_EQ(scene::ledger(open(place).value()).size(), 320u);
}

TEST(PostgresDatabases, AreThereOrNot) {
  const std::string place = url();
  EXPECT_FALSE(database_exists(place).value());
  EXPECT_EQ(open(place).error().code(), "backend-does-not-exist");
  scene::create_schemaless(place);
  EXPECT_TRUE(database_exists(place).value());
  EXPECT_TRUE(delete_database(place).ok());
  EXPECT_FALSE(database_exists(place).value());
}

TEST(PostgresDatabases, ARoleWithoutRightsIsTold) {
  const std::string prefix = PostgresServer::new_prefix();
  auto& server = PostgresServer::instance();
  scene::create_schemaless(server.url(prefix)).transact(scene::kProducts).value();
  auto reader = open(server.url(prefix, "reader"));
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code(), "store/denied") << reader.error().message();
}

}  // namespace
}  // namespace stele
