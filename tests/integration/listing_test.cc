// Listing the databases of a place, and copying them from backend to backend, by the public words.
#include <filesystem>
#include <fstream>

#include <stele/stele.h>

#include "scene_testing.h"

namespace stele {
namespace {

Connection make(const std::string& url, const std::string& sku) {
  auto connection = create_database(url, read_edn("{:schema-flexibility :read}").value()).value();
  connection.transact("[{:product/sku \"" + sku + "\"}]").value();
  return connection;
}

std::vector<std::string> urls(const std::string& place) {
  std::vector<std::string> urls;
  for (const auto& database : list_databases(place).value()) urls.push_back(database.url);
  return urls;
}

std::vector<std::string> facts(const Db& db) {
  std::vector<std::string> facts;
  for (const auto& d : db.datoms(IndexOrder::eavt, {}).value())
    facts.push_back(std::to_string(d.e) + ' ' + write_edn(d.a) + ' ' + write_edn(d.v) + ' ' +
                    std::to_string(d.tx) + (d.added ? " +" : " -"));
  return facts;
}

class Listing : public ::testing::Test {
 protected:
  scene::Scratch scratch_;
  using Urls = std::vector<std::string>;
};

TEST_F(Listing, AFolderListsTheDatabasesDirectlyInIt) {
  make(scratch_.url("b"), "W001");
  make(scratch_.url("a"), "W001");
  make(scratch_.url("deep/c"), "W001");
  std::filesystem::create_directory(scratch_.file("empty"));
  std::ofstream(scratch_.file("file")) << "no database";
  EXPECT_EQ(urls("file:" + scratch_.path()), (Urls{scratch_.url("a"), scratch_.url("b")}));
  EXPECT_EQ(urls(scratch_.url("deep")), Urls{scratch_.url("deep/c")});
  EXPECT_EQ(urls(scratch_.url("a")), Urls{scratch_.url("a")});
  EXPECT_EQ(urls(scratch_.url("empty")), Urls{});
}

TEST_F(Listing, WhatIsListedCanBeConnectedTo) {
  make("file:" + scratch_.path() + "/50%25%40home%23", "W001");
  const auto listed = urls("file:" + scratch_.path());
  ASSERT_EQ(listed, Urls{"file:" + scratch_.path() + "/50%25%40home%23"});
  EXPECT_EQ(connect(listed[0]).value().db().value().max_tx(), kTx0 + 1);
}

TEST_F(Listing, BranchesAreListedWithTheirNewestTransactions) {
  const auto connection = make(scratch_.url("shop"), "W001");
  connection.branch("db", "trial").value();
  connection.branch("db", "alpha").value();
  const auto report = connection.transact("[{:product/sku \"G002\"}]").value();
  const auto listed = list_databases(scratch_.url("shop")).value();
  ASSERT_EQ(listed.size(), 1u);
  const auto& branches = listed[0].branches;
  ASSERT_EQ(branches.size(), 3u);
  EXPECT_EQ(branches[0].name, "db");
  EXPECT_EQ(branches[0].max_tx, report.tx);
  EXPECT_EQ(branches[0].instant, connection.db().value().log().value().back().instant);
  EXPECT_EQ(branches[1].name, "alpha");
  EXPECT_EQ(branches[2].name, "trial");
  EXPECT_EQ(branches[2].max_tx, report.tx - 1);
  EXPECT_TRUE(connect(listed[0].url + "#trial").ok());
}

TEST_F(Listing, ADatabaseThatIsDamagedIsListedAndHidesNoOther) {
  make(scratch_.url("whole"), "W001");
  make(scratch_.url("broken"), "W001");
  std::ofstream(scratch_.file("broken/heads/db"), std::ios::trunc) << "this is no head at all";
  const auto listed = list_databases("file:" + scratch_.path()).value();
  ASSERT_EQ(listed.size(), 2u);
  ASSERT_TRUE(listed[0].branches[0].problem);
  EXPECT_EQ(listed[0].branches[0].problem->category(), ErrorCategory::corrupt);
  EXPECT_FALSE(listed[1].branches[0].problem);
}

TEST_F(Listing, WhatWasDeletedIsNotListed) {
  make(scratch_.url("a"), "W001");
  make(scratch_.url("b"), "W001");
  delete_database(scratch_.url("a")).value();
  EXPECT_EQ(urls("file:" + scratch_.path()), Urls{scratch_.url("b")});
}

TEST_F(Listing, AFolderListsItsFilesOfSqlite) {
  const auto place = "sqlite:" + scratch_.path();
  make(place + "/shop.db", "W001");
  std::ofstream(scratch_.file("note.db")) << "no database";
  EXPECT_EQ(urls(place), Urls{place + "/shop.db"});
  EXPECT_EQ(urls(place + "/shop.db"), Urls{place + "/shop.db"});
}

TEST_F(Listing, MemoryListsWhatThisProcessHas) {
  const auto name = "memory:" + scratch_.path();
  make(name, "W001");
  const auto all = urls("memory:");
  EXPECT_NE(std::find(all.begin(), all.end(), name), all.end());
  EXPECT_EQ(urls(name), Urls{name});
  delete_database(name).value();
  const auto later = urls("memory:");
  EXPECT_EQ(std::find(later.begin(), later.end(), name), later.end());
}

TEST_F(Listing, APlaceThatIsAMapIsListedByMaps) {
  make(scratch_.url("shop"), "W001");
  const auto listed =
      urls("{:store {:backend :file :path \"" + scratch_.path() + "\" :read-only? true}}");
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(connect(listed[0]).value().db().value().max_tx(), kTx0 + 1);
}

TEST_F(Listing, APlaceThatIsNotThereIsAnError) {
  const auto nowhere = list_databases(scratch_.url("nowhere"));
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().category(), ErrorCategory::unavailable);
  EXPECT_NE(nowhere.error().message().find("nowhere"), std::string::npos);
  EXPECT_FALSE(list_databases("sqlite:" + scratch_.file("nowhere")).ok());
  EXPECT_EQ(list_databases(scratch_.url("a@2025-11-01")).error().code(), "config/url");
}

TEST_F(Listing, ACopyOnAnotherBackendIsTheSameDatabase) {
  const std::string places[] = {scratch_.url("a"), "sqlite:" + scratch_.file("b.db"),
                                "memory:" + scratch_.file("c"), scratch_.url("d")};
  const auto connection = make(places[0], "W001");
  connection.fold().value();
  connection.transact("[{:product/sku \"G002\"}]").value();
  const auto original = connection.db().value();
  for (std::size_t i = 1; i < std::size(places); ++i) {
    const auto report = copy_database(places[i - 1], places[i]).value();
    EXPECT_TRUE(report.head_written);
    EXPECT_EQ(report.packs_copied, 1u);
    const auto copy = connect(places[i]).value().db().value();
    EXPECT_EQ(copy.commit_hash(), original.commit_hash()) << places[i];
    EXPECT_EQ(facts(copy.history()), facts(original.history()));
  }
  EXPECT_FALSE(copy_database(places[0], places[3]).value().head_written);
  connect(places[3]).value().transact("[{:product/sku \"T003\"}]").value();
  EXPECT_EQ(copy_database(places[0], places[3]).error().code(), "sync/forked");
}

}  // namespace
}  // namespace stele
