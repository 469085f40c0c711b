#include "catalog.h"

#include <gtest/gtest.h>

#include "samples_testing.h"

namespace debian {
namespace {

std::string answer(const stele::Db& db, std::string_view query) {
  return stele::write_edn(stele::q(query, db).value().to_value());
}

TEST(catalog, keeps_the_fields_of_a_package) {
  auto connection = stele::create_database("memory:fields").value();
  auto catalog = Catalog::open(connection, kFirstDate).value();
  add(catalog, first_list());
  EXPECT_EQ(catalog.totals().packages, 5u);
  EXPECT_EQ(catalog.totals().facts, catalog.totals().datoms);
  const auto db = connection.db().value();
  EXPECT_EQ(answer(db, R"([:find [?v ?arch ?multi ?section ?priority ?home ?text]
                           :where [?p :package/name "libgrand"] [?p :package/version ?v]
                                  [?p :package/architecture ?arch]
                                  [?p :package/multi-arch ?multi] [?p :package/section ?section]
                                  [?p :package/priority ?priority] [?p :package/homepage ?home]
                                  [?p :package/synopsis ?text]])"),
            R"(["7.1-1" "amd64" "same" "libs" "required" "https://grand.example/" )"
            R"("the grand library"])");
  EXPECT_EQ(answer(db, R"([:find [?bytes ?kib ?essential ?suite ?who]
                           :where [?p :package/name "libgrand"] [?p :package/bytes ?bytes]
                                  [?p :package/installed-kib ?kib]
                                  [?p :package/essential ?essential] [?p :package/suite ?suite]
                                  [?p :package/maintainer ?who]])"),
            R"([300000 900 true "harbour" "Ada <ada@harbour.example>"])");
}

TEST(catalog, the_source_is_the_package_itself_unless_another_is_named) {
  const auto db = sample_catalog("sources").db().value();
  EXPECT_EQ(
      answer(db, R"([:find ?s . :where [?p :package/name "pigeon"] [?p :package/source ?s]])"),
      R"("pigeon")");
  const auto then = db.as_of(kFirstDate);
  EXPECT_EQ(
      answer(then, R"([:find ?s . :where [?p :package/name "libgrand"] [?p :package/source ?s]])"),
      R"("grand")");
}

TEST(catalog, dependencies_are_references) {
  const auto db = sample_catalog("references").db().value();
  EXPECT_EQ(answer(db, R"([:find ?name ?comparison ?version
                           :where [?p :package/name "anchor"] [?p :package/depends ?r]
                                  [?r :relation/package ?q] [?q :package/name ?name]
                                  [?r :relation/comparison ?comparison]
                                  [?r :relation/version ?version]])"),
            R"(#{["libgrand" ">=" "7"]})");
  EXPECT_EQ(answer(db, R"([:find ?name ?qualifier
                           :where [?p :package/name "pigeon"] [?p :package/depends ?r]
                                  [?r :relation/qualifier ?qualifier]
                                  [?r :relation/package ?q] [?q :package/name ?name]])"),
            R"(#{["snake" "any"]})");
}

TEST(catalog, who_asks_the_same_shares_one_relation) {
  const auto db = sample_catalog("shared").db().value();
  EXPECT_EQ(answer(db, R"q([:find ?name
                            :where [?r :relation/text "libgrand (>= 7)"] [?p :package/depends ?r]
                                   [?p :package/name ?name]])q"),
            R"(#{["anchor"] ["make"] ["pigeon"]})");
}

TEST(catalog, alternatives_keep_their_positions) {
  const auto db = sample_catalog("alternatives").db().value();
  EXPECT_EQ(answer(db, R"([:find ?position ?name
                           :where [?r :relation/text "post | pigeon | letter-agent"]
                                  [?r :relation/alternatives ?a] [?a :alternative/position ?position]
                                  [?a :alternative/package ?p] [?p :package/name ?name]])"),
            R"(#{[1 "post"] [2 "pigeon"] [3 "letter-agent"]})");
  EXPECT_EQ(answer(db, R"([:find ?name
                           :where [?r :relation/text "post | pigeon | letter-agent"]
                                  [?r :relation/package ?p] [?p :package/name ?name]])"),
            R"(#{["letter-agent"] ["pigeon"] ["post"]})");
}

TEST(catalog, a_name_that_nobody_offers_has_nothing_but_its_name) {
  const auto db = sample_catalog("virtual").db().value();
  EXPECT_EQ(answer(db, R"([:find ?a :where [?p :package/name "letter-agent"] [?p ?a _]])"),
            "#{[:package/name]}");
}

TEST(catalog, a_newer_version_updates_the_same_entity_as_of_its_date) {
  const auto db = sample_catalog("update").db().value();
  const char* version = R"([:find ?e ?v ?kib
      :where [?e :package/name "libgrand"] [?e :package/version ?v] [?e :package/installed-kib ?kib]])";
  const auto now = answer(db, version), then = answer(db.as_of(kFirstDate), version);
  EXPECT_NE(now.find("\"7.1-1+fix2\" 920"), std::string::npos) << now;
  EXPECT_NE(then.find("\"7.1-1\" 900"), std::string::npos) << then;
  EXPECT_EQ(now.substr(0, now.find('"')), then.substr(0, then.find('"')));
  EXPECT_EQ(answer(db.as_of(stele::instant("2021-02-28")), version), "#{}");
}

TEST(catalog, what_a_newer_version_says_no_more_is_retracted) {
  const auto db = sample_catalog("stale").db().value();
  const char* tags = R"([:find ?t :where [?p :package/name "libgrand"] [?p :package/tags ?t]])";
  EXPECT_EQ(answer(db, tags), R"(#{["role::shared-lib"] ["security::fixed"]})");
  EXPECT_EQ(answer(db.as_of(kFirstDate), tags), R"(#{["devel::library"] ["role::shared-lib"]})");
  EXPECT_EQ(answer(db, R"([:find ?x :where [?p :package/name "libgrand"]
                                           [?p :package/essential ?x]])"),
            "#{}");
}

TEST(catalog, an_older_version_is_passed_over) {
  const auto db = sample_catalog("older").db().value();
  EXPECT_EQ(answer(db, R"([:find ?v :where [?p :package/name "make"] [?p :package/version ?v]])"),
            R"(#{["4.3-4"]})");
}

TEST(catalog, is_brought_up_to_date_where_it_left_off) {
  auto connection = sample_catalog("again");
  const auto before = connection.db().value();
  auto catalog = Catalog::open(connection, kFirstDate).value();
  add(catalog, first_list());
  add(catalog, second_list());
  EXPECT_EQ(catalog.totals().packages, 0u);
  EXPECT_EQ(connection.db().value().commit_id(), before.commit_id());
  add(catalog, {"harbour", stele::instant("2021-06-01"),
                "Package: anchor\nVersion: 2\nDepends: libgrand (>= 7), rope\n"});
  EXPECT_EQ(answer(connection.db().value(),
                   R"([:find ?v ?text :where [?p :package/name "anchor"] [?p :package/version ?v]
                                             [?p :package/depends ?r] [?r :relation/text ?text]])"),
            R"q(#{["2" "libgrand (>= 7)"] ["2" "rope"]})q");
}

TEST(catalog, a_text_that_is_no_list_is_refused) {
  auto connection = stele::create_database("memory:damaged").value();
  auto catalog = Catalog::open(connection, kFirstDate).value();
  const auto done =
      catalog.add({"x", kFirstDate, "Package: a\nVersion: 1\n<html>\n"}, [](double) {});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), "deb822/line");
}

TEST(catalog, tells_how_far_it_is) {
  std::string text;
  for (int i = 0; i < 1200; ++i) {
    text += "Package: p" + std::to_string(i) + "\nVersion: 1\n\n";
  }
  auto connection = stele::create_database("memory:told").value();
  auto catalog = Catalog::open(connection, kFirstDate).value();
  std::vector<double> told;
  ASSERT_TRUE(
      catalog.add({"x", kFirstDate, text}, [&](double part) { told.push_back(part); }).ok());
  ASSERT_EQ(told.size(), 2u);
  EXPECT_LT(told[0], told[1]);
  EXPECT_EQ(catalog.totals().packages, 1200u);
}

}  // namespace
}  // namespace debian
