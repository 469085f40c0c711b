#include "door/location.h"

#include <gtest/gtest.h>

#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::door {
namespace {

Location location(std::string_view text) { return read_location(text).value(); }
std::string code(std::string_view text) { return read_location(text).error().code(); }

TEST(Location, FileUrlsNameAPath) {
  EXPECT_EQ(edn::write(location("file:/srv/inventory").store),
            R"({:backend :file :path "/srv/inventory"})");
  EXPECT_EQ(edn::write(location("file:///srv/inventory").store),
            R"({:backend :file :path "/srv/inventory"})");
  EXPECT_EQ(edn::write(location("file:demo/catalog").store),
            R"({:backend :file :path "demo/catalog"})");
}

TEST(Location, SqliteUrlsNameAFile) {
  const auto l = location("sqlite:data/catalog.sqlite@2025-11-01");
  EXPECT_EQ(edn::write(l.store), R"({:backend :sqlite :path "data/catalog.sqlite"})");
  EXPECT_EQ(std::get<Instant>(*l.moment), instant("2025-11-01"));
}

TEST(Location, PostgresUrlsAreLeftToLibpq) {
  const auto l = location("postgres://ann@host:5432/shop?prefix=catalog@2025-11-01#main");
  EXPECT_EQ(edn::write(l.store),
            R"({:backend :postgres :url "postgres://ann@host:5432/shop?prefix=catalog"})");
  EXPECT_EQ(std::get<Instant>(*l.moment), instant("2025-11-01"));
  EXPECT_EQ(l.branch, "main");
  EXPECT_FALSE(location("postgresql:///shop?host=/tmp&user=a%40b").moment);
}

TEST(Location, MistakesInUrlsShowNoPassword) {
  for (const char* url : {"postgres://ann:word@host/db@soon", "ftp://ann:word@host/db",
                          "postgres://ann:w@word@host"}) {
    const auto error = read_location(url).error();
    EXPECT_EQ(error.message().find("word"), std::string::npos) << error.message();
    EXPECT_EQ(edn::write(error.data()).find("word"), std::string::npos);
  }
}

TEST(Location, AMomentIsADateAnInstantOrATransactionId) {
  EXPECT_EQ(std::get<Instant>(*location("file:/srv/x@2025-11-01").moment), instant("2025-11-01"));
  EXPECT_EQ(std::get<Instant>(*location("file:/srv/x@2025-11-01T12:00:00Z").moment),
            instant("2025-11-01T12:00:00Z"));
  EXPECT_EQ(std::get<TxId>(*location("memory:x@536870913").moment), 536870913u);
}

TEST(Location, ABranchAndAMomentStandInAnyOrder) {
  const auto a = location("file:/srv/x#main@2025-11-01");
  const auto b = location("file:/srv/x@2025-11-01#main");
  EXPECT_EQ(a.branch, "main");
  EXPECT_EQ(b.branch, "main");
  EXPECT_EQ(a.moment, b.moment);
}

TEST(Location, MarksAreReadAfterTheLastSlashOnlyAndCanBeEscaped) {
  const auto l = location("file:/srv/me@work/a%40b%23c");
  EXPECT_FALSE(l.moment);
  EXPECT_EQ(l.branch, "db");
  EXPECT_EQ(edn::write(l.store), R"({:backend :file :path "/srv/me@work/a@b#c"})");
}

TEST(Location, MapsCarryTheirOptions) {
  const auto l = location(R"({:store {:backend :memory :id "x"} :schema-flexibility :read})");
  EXPECT_EQ(edn::write(l.store), R"({:backend :memory :id "x"})");
  EXPECT_TRUE(l.options.find_keyword("schema-flexibility")->is_keyword("read"));
  EXPECT_EQ(edn::write(location(R"({:store "memory:x"})").store), R"({:backend :memory :id "x"})");
}

TEST(Location, BucketsHaveAPrefixAndParameters) {
  const auto l = location(
      "s3://team/shop/catalog?endpoint=http://127.0.0.1:7480&region=eu-1&path-style=true@2025-11-01"
      "#main");
  EXPECT_EQ(edn::write(l.store),
            R"({:backend :s3 :bucket "team" :endpoint "http://127.0.0.1:7480" :path-style? true )"
            R"(:prefix "shop/catalog" :region "eu-1"})");
  EXPECT_EQ(l.branch, "main");
  EXPECT_EQ(std::get<Instant>(*l.moment), instant("2025-11-01"));
  EXPECT_EQ(edn::write(location("s3://team/").store), R"({:backend :s3 :bucket "team"})");
  EXPECT_EQ(edn::write(location("s3://team/a%20b/?endpoint=http%3A%2F%2Fhost").store),
            R"({:backend :s3 :bucket "team" :endpoint "http://host" :prefix "a b"})");
  EXPECT_TRUE(names_database("s3://team/shop"));
  for (const char* wrong : {"s3:team", "s3://team?secret-key=x", "s3://team?path-style=yes"})
    EXPECT_EQ(code(wrong), "config/url") << wrong;
}

TEST(Location, WebUrlsAreSentAsTheyStand) {
  const auto l =
      location("https://me:pw@example.org:8443/a%40b/catalog?sig=x%2Fy@2025-11-01#trial");
  EXPECT_EQ(edn::write(l.store),
            R"({:backend :http :url "https://me:pw@example.org:8443/a%40b/catalog?sig=x%2Fy"})");
  EXPECT_EQ(std::get<Instant>(*l.moment), instant("2025-11-01"));
  EXPECT_EQ(l.branch, "trial");
  EXPECT_EQ(edn::write(location("http://127.0.0.1:8090").store),
            R"({:backend :http :url "http://127.0.0.1:8090"})");
}

TEST(Location, TieredUrlsNameAFolderAndTheStoreBehindIt) {
  const auto l = location("tiered:/var/cache/a%2Cb,https://example.org/a,b@2025-11-01#trial");
  const auto& front = *l.store.find_keyword("front");
  EXPECT_EQ(edn::write(front), R"({:backend :file-cache :path "/var/cache/a,b"})");
  EXPECT_EQ(edn::write(*l.store.find_keyword("back")), R"("https://example.org/a,b")");
  EXPECT_EQ(l.branch, "trial");
  EXPECT_TRUE(l.moment);
  EXPECT_EQ(edn::write(*location("tiered:cache,memory:x@5").store.find_keyword("back")),
            R"("memory:x")");
  for (const char* url : {"tiered:", "tiered:cache", "tiered:,memory:x", "tiered:cache,"})
    EXPECT_EQ(code(url), "config/url") << url;
}

TEST(Location, MistakesAreNamed) {
  EXPECT_EQ(code("ftp://host/x"), "config/url");
  EXPECT_EQ(code("catalog"), "config/url");
  EXPECT_EQ(code("file:"), "config/url");
  EXPECT_EQ(code("file:/srv/x@soon"), "config/url");
  EXPECT_EQ(code("file:/srv/x#"), "config/url");
  EXPECT_EQ(code("{:stor 1}"), "config/syntax");
  EXPECT_EQ(code(R"({:store "memory:x" :keep-histroy? true})"), "config/unknown-key");
  EXPECT_EQ(code("{:store"), "edn/eof");
}

TEST(Location, TellsDatabasesFromValues) {
  EXPECT_TRUE(names_database("file:/srv/x"));
  EXPECT_TRUE(names_database("{:store {:backend :memory}}"));
  EXPECT_FALSE(names_database("42"));
  EXPECT_FALSE(names_database(":memory"));
  EXPECT_FALSE(names_database("\"file:x\""));
}

}  // namespace
}  // namespace stele::door
