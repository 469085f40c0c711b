// Listing what there is on true servers, and copies that go around through all of them.
#include <algorithm>

#include <stele/stele.h>

#include "backend/postgres/postgres_server_testing.h"
#include "backend/s3/rados_gateway_testing.h"
#include "backends_testing.h"
#include "base/text.h"
#include "program_testing.h"
#include "scene_testing.h"

namespace stele {
namespace {

using backend::PostgresServer;
using backend::RadosGateway;
using base::text;

Connection make(const std::string& url) {
  auto connection = create_database(url, read_edn("{:schema-flexibility :read}").value()).value();
  connection.transact("[{:product/sku \"W001\"}]").value();
  return connection;
}

std::vector<std::string> urls(const std::string& place) {
  std::vector<std::string> urls;
  for (const auto& database : list_databases(place).value()) urls.push_back(database.url);
  return urls;
}

TEST(ListingOnServers, PrefixesOfOneDatabaseOfPostgres) {
  const auto one = PostgresServer::instance().url(PostgresServer::new_prefix());
  const auto two = PostgresServer::instance().url(PostgresServer::new_prefix());
  make(one);
  make(two);
  const auto server = one.substr(0, one.find('?'));
  const auto all = urls(server);
  EXPECT_TRUE(std::ranges::is_sorted(all));
  for (const auto& url : {one, two})
    EXPECT_EQ(std::ranges::count(all, url), 1) << url << " is not in " << server;
  EXPECT_EQ(urls(one), std::vector{one});
  make(server);  // that of the usual prefix
  EXPECT_EQ(std::ranges::count(urls(server), server), 1);
  delete_database(server).value();
  delete_database(one).value();
  EXPECT_EQ(std::ranges::count(urls(server), server), 0);
  EXPECT_EQ(std::ranges::count(urls(server), one), 0);
  EXPECT_EQ(std::ranges::count(urls(server), two), 1);
  for (const auto& url : urls(server)) EXPECT_TRUE(connect(url).ok()) << url;
}

TEST(ListingOnServers, PrefixesOfABucket) {
  const auto place = RadosGateway::instance().url();
  const auto question = place.find('?');
  const auto below = [&](const std::string& name) {
    return text(place.substr(0, question), '/', name, place.substr(question));
  };
  EXPECT_EQ(urls(place), std::vector<std::string>{});
  make(below("stock"));
  make(below("catalog")).fold().value();
  make(below("teams/one"));
  EXPECT_EQ(urls(place), (std::vector{below("catalog"), below("stock")}));
  EXPECT_EQ(urls(below("teams")), std::vector{below("teams/one")});
  make(place);
  EXPECT_EQ(urls(place), (std::vector{place, below("catalog"), below("stock")}));
  const auto whole_bucket = text(place.substr(0, place.find('/', 5)), place.substr(question));
  EXPECT_EQ(std::ranges::count(urls(whole_bucket), place), 1);
  const auto nowhere = list_databases(text("s3://there-is-no-such-bucket", place.substr(question)));
  EXPECT_EQ(nowhere.error().code(), "store/missing");
}

TEST(ListingOnServers, AWebServersDatabaseIsListedWithItsBranches) {
  const auto web = std::ranges::find(scene::backends(), std::string_view("http"),
                                     [](const auto& backend) { return backend.name; });
  const auto place = web->new_place();
  make(place.url);
  place.show();
  const auto listed = list_databases(place.read_url).value();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].url, place.read_url);
  ASSERT_EQ(listed[0].branches.size(), 1u);
  EXPECT_EQ(listed[0].branches[0].max_tx, kTx0 + 1);
}

// file → sqlite → postgres → s3 → cache before s3 → file
TEST(CopiesOnServers, ADatabaseThatWentAroundIsTheSame) {
  std::vector<std::string> places;
  for (const auto backend : scene::backends_that(&scene::Backend::is_written))
    if (scene::backends()[backend].is_shared)
      places.push_back(scene::backends()[backend].new_place().url);
  places.push_back(scene::backends()[1].new_place().url);
  const auto connection = make(places[0]);
  for (int i = 0; i < 3; ++i) {
    connection.transact(text("[{:product/sku \"G", i, "\"}]")).value();
    if (i < 2) connection.fold().value();
  }
  const auto original = connection.db().value();
  for (std::size_t i = 1; i < places.size(); ++i) {
    EXPECT_TRUE(copy_database(places[i - 1], places[i]).value().head_written) << places[i];
    const auto copy = connect(places[i]).value().db().value();
    EXPECT_EQ(copy.commit_hash(), original.commit_hash()) << places[i];
    EXPECT_EQ(copy.history().count().value(), original.history().count().value());
    const auto verified = scene::run_program("verify " + scene::quoted(places[i]));
    EXPECT_EQ(verified.status, 0) << verified.out;
  }
}

}  // namespace
}  // namespace stele
