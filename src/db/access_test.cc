#include "db/access.h"

#include <gtest/gtest.h>

#include "db/db_testing.h"

namespace stele::db {
namespace {

// Ada (10) was called Augusta first; Bob (11) appeared last.
class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    database_.commit(R"(
+ 1 :db/ident :email
+ 1 :db/valueType :db.type/string
+ 1 :db/unique :db.unique/identity
+ 2 :db/ident :partner
+ 2 :db/valueType :db.type/ref
+ 2 :db/unique :db.unique/value
+ 3 :db/ident :name
+ 3 :db/valueType :db.type/string
+ 4 :db/ident :colour
+ 4 :db/valueType :db.type/ref
+ 5 :db/ident :red)");
    database_.commit("+ 10 :email \"ada\"\n+ 10 :name \"Augusta\"\n+ 10 :colour 5");
    database_.commit(
        "- 10 :name \"Augusta\"\n+ 10 :name \"Ada\"\n- 10 :email \"ada\"\n"
        "+ 10 :email \"a@b\"\n- 5 :db/ident :red\n+ 5 :db/ident :crimson");
    database_.commit("+ 11 :email \"bob\"\n+ 11 :partner 10");
  }

  Result<std::optional<EntityId>> entid(const Db& db, std::string_view reference) {
    return db.entid(edn(reference));
  }
  template <typename T>
  static std::string code_of(const Result<T>& result) {
    return result.ok() ? "" : result.error().code();
  }
  std::string code(const Db& db, std::string_view reference) {
    return code_of(entid(db, reference));
  }
  Db db() const { return database_.db(); }

  TestDatabase database_;
};

TEST_F(AccessTest, NumbersNameThemselves) {  // [I-12]
  EXPECT_EQ(*entid(db(), "10"), 10u);
  EXPECT_EQ(*entid(db(), "999"), 999u);
  EXPECT_EQ(*entid(db(), "nil"), std::nullopt);
  EXPECT_EQ(code(db(), "0"), "entity-id/syntax");
  EXPECT_EQ(code(db(), "-1"), "entity-id/syntax");
  EXPECT_EQ(code(db(), "\"x\""), "entity-id/syntax");
  EXPECT_EQ(code(db(), "1.0"), "entity-id/syntax");
}

TEST_F(AccessTest, IdentsAndLookupRefsNameEntities) {  // [D-66, I-12]
  EXPECT_EQ(*entid(db(), ":name"), 3u);
  EXPECT_EQ(*entid(db(), ":crimson"), 5u);
  EXPECT_EQ(*entid(db(), ":blue"), std::nullopt);
  EXPECT_EQ(*entid(db(), "[:email \"a@b\"]"), 10u);
  EXPECT_EQ(*entid(db(), "(:email \"a@b\")"), 10u);
  EXPECT_EQ(*entid(db(), "[:email \"nobody\"]"), std::nullopt);
  EXPECT_EQ(*entid(db(), "[:email nil]"), std::nullopt);
  EXPECT_EQ(*entid(db(), "[:db/ident :crimson]"), 5u);
}

TEST_F(AccessTest, TheValueOfALookupRefMayBeOne) {  // [T-40]
  EXPECT_EQ(*entid(db(), "[:partner 10]"), 11u);
  EXPECT_EQ(*entid(db(), "[:partner [:email \"a@b\"]]"), 11u);
  EXPECT_EQ(*entid(db(), "[:partner [:email \"nobody\"]]"), std::nullopt);
  EXPECT_EQ(*entid(db(), "[:partner :blue]"), std::nullopt);
}

TEST_F(AccessTest, BadLookupRefsAreErrors) {  // [I-12]
  EXPECT_EQ(code(db(), "[:email]"), "lookup-ref/syntax");
  EXPECT_EQ(code(db(), "[]"), "lookup-ref/syntax");
  EXPECT_EQ(code(db(), "[:name \"Ada\"]"), "lookup-ref/unique");
  EXPECT_EQ(code(db(), "[:unknown \"Ada\"]"), "lookup-ref/unique");
  EXPECT_EQ(code(db(), "[5 5]"), "lookup-ref/unique");
}

TEST_F(AccessTest, ViewsResolveAsThingsStoodThen) {  // [U-5]
  const Db then = db().as_of(kTx0 + 2);
  EXPECT_EQ(*entid(then, "[:email \"ada\"]"), 10u);
  EXPECT_EQ(*entid(then, "[:email \"a@b\"]"), std::nullopt);
  EXPECT_EQ(*entid(then, "[:email \"bob\"]"), std::nullopt);
  EXPECT_EQ(*entid(then, ":red"), 5u);
  EXPECT_EQ(*entid(then, ":crimson"), std::nullopt);
  EXPECT_EQ(*entid(db().as_of(kTx0 + 3), "[:email \"a@b\"]"), 10u);
}

TEST_F(AccessTest, StrictlyNothingFoundIsAnError) {  // [I-3]
  Reader reader;
  const View view = *View::open(db(), reader);
  EXPECT_EQ(*entid_strict(view, edn(":crimson"), reader), 5u);
  auto missing = entid_strict(view, edn("[:email \"nobody\"]"), reader);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), "entity-id/missing");
  EXPECT_NE(missing.error().message().find("Nothing found for entity id"), std::string::npos);
}

TEST_F(AccessTest, OnlyValuesOfReferencesAreResolved) {
  Reader reader;
  const View view = *View::open(db(), reader);
  const Attribute* colour = view.schema().find(edn(":colour"));
  const Attribute* name = view.schema().find(edn(":name"));
  EXPECT_EQ(*resolve_value(view, colour, edn(":crimson"), reader), Value(5));
  EXPECT_EQ(*resolve_value(view, colour, edn("[:email \"a@b\"]"), reader), Value(10));
  EXPECT_EQ(*resolve_value(view, colour, edn("7"), reader), Value(7));
  EXPECT_EQ(*resolve_value(view, name, edn(":crimson"), reader), edn(":crimson"));
  EXPECT_EQ(*resolve_value(view, nullptr, edn("[1 2]"), reader), edn("[1 2]"));
  EXPECT_FALSE(resolve_value(view, colour, edn(":blue"), reader).ok());
}

TEST_F(AccessTest, EstimatesAreExactForThePresentAndNeverTooLowForThePast) {
  Reader reader;
  const View now = *View::open(db(), reader);
  EXPECT_EQ(estimate_rows(now, IndexOrder::eavt, Range::prefix(Key::eavt(10))), 3u);
  const View then = *View::open(db().as_of(kTx0 + 2), reader);
  EXPECT_GE(estimate_rows(then, IndexOrder::eavt, Range::prefix(Key::eavt(10))), 3u);
  EXPECT_EQ(reader.statistics().nodes, 0u);
}

TEST_F(AccessTest, MissingNodesAreReportedAndNotAnsweredAround) {
  database_.fold({});
  auto passive = std::make_shared<tree::PassiveSource>(std::make_shared<tree::NodeCache>());
  auto state = std::make_shared<State>(*database_.state());
  state->source = passive;
  for (tree::Index& index : state->indices) index.source = passive.get();
  const Db now(state, nullptr);
  for (const Db& db : {now, now.as_of(kTx0 + 1), now.as_of(Instant{1})}) {
    EXPECT_EQ(code_of(db.datoms(IndexOrder::eavt)), "node/missing");
    EXPECT_EQ(code_of(db.entid(edn("[:email \"b\"]"))), "node/missing");
  }
}

TEST(DbTest, OfNobodyIsEmpty) {
  const Db db;
  EXPECT_EQ(db.max_tx(), kTx0);
  EXPECT_EQ(db.max_eid(), 0u);
  EXPECT_EQ(*db.count(), 0u);
  EXPECT_TRUE(db.datoms(IndexOrder::eavt)->empty());
  EXPECT_TRUE(db.as_of(Instant{0}).datoms(IndexOrder::aevt)->empty());
  EXPECT_EQ(*db.entid(edn(":red")), std::nullopt);
  EXPECT_EQ(db.schema(), edn("{}"));
}

TEST(DbTest, NamesItsState) {
  TestDatabase database;
  database.commit("+ 1 :a 5");
  const Db db = database.db();
  EXPECT_EQ(db.commit_hash(), database.state()->commit_id.hex());
  EXPECT_EQ(to_string(db.commit_id()).substr(0, 8), db.commit_hash().substr(0, 8));
  EXPECT_EQ(db.max_tx(), kTx0 + 1);
  EXPECT_EQ(db.max_eid(), 1u);
  const Db view = db.as_of(kTx0);  // [H-13]
  EXPECT_TRUE(view.is_view());
  EXPECT_EQ(view.max_tx(), kTx0 + 1);
  EXPECT_EQ(view.max_eid(), 1u);
}

}  // namespace
}  // namespace stele::db
