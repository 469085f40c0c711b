#include "db/components.h"

#include <gtest/gtest.h>

#include "db/db_testing.h"

namespace stele::db {
namespace {

class ComponentsTest : public ::testing::Test {
 protected:
  ComponentsTest() { fill(database_); }

  static void fill(TestDatabase& database) {
    database.commit(R"(
+ 1 :db/ident :n
+ 1 :db/valueType :db.type/long
+ 1 :db/index true
+ 2 :db/ident :text
+ 2 :db/valueType :db.type/string
+ 3 :db/ident :link
+ 3 :db/valueType :db.type/ref
+ 3 :db/cardinality :db.cardinality/many
+ 4 :db/ident :key
+ 4 :db/unique :db.unique/identity)");
    database.commit(R"(
+ 10 :n 1
+ 11 :n 2
+ 12 :n 3
+ 10 :text "x"
+ 10 :link 11
+ 10 :link 12
+ 10 :key "ten"
+ 12 :db/ident :twelve)");
  }

  using Read = Result<std::vector<Datom>> (Db::*)(IndexOrder, std::span<const Value>,
                                                  std::size_t) const;

  // What is found, as [[e a v] …].
  static Value facts(const Result<std::vector<Datom>>& datoms) {
    if (!datoms.ok()) return Value(datoms.error().code());
    std::vector<Value> found;
    for (const Datom& d : *datoms) found.push_back(Value::vector({Value(d.e), d.a, d.v}));
    return Value::vector(std::move(found));
  }
  static Value datoms(const Db& db, IndexOrder order, std::string_view components,
                      std::size_t limit = SIZE_MAX) {
    return facts(db.datoms(order, edn(components).items(), limit));
  }
  static Value seek(const Db& db, IndexOrder order, std::string_view components,
                    std::size_t limit) {
    return facts(db.seek_datoms(order, edn(components).items(), limit));
  }
  Db db() const { return database_.db(); }

  TestDatabase database_;
  static constexpr auto eavt = IndexOrder::eavt;
  static constexpr auto aevt = IndexOrder::aevt;
  static constexpr auto avet = IndexOrder::avet;
};

TEST_F(ComponentsTest, RestrictFromTheLeft) {  // [I-1]
  EXPECT_EQ(datoms(db(), eavt, "[11]"), edn("[[11 :n 2]]"));
  EXPECT_EQ(datoms(db(), eavt, "[10 :link]"), edn("[[10 :link 11] [10 :link 12]]"));
  EXPECT_EQ(datoms(db(), eavt, "[10 :link 12]"), edn("[[10 :link 12]]"));
  EXPECT_EQ(datoms(db(), eavt, "[10 :link 12 536870914]"), edn("[[10 :link 12]]"));
  EXPECT_EQ(datoms(db(), eavt, "[10 :link 12 536870913]"), edn("[]"));
  EXPECT_EQ(datoms(db(), aevt, "[:n]"), edn("[[10 :n 1] [11 :n 2] [12 :n 3]]"));
  EXPECT_EQ(datoms(db(), aevt, "[:n 11]"), edn("[[11 :n 2]]"));
  EXPECT_EQ(datoms(db(), aevt, "[:n 11 3]"), edn("[]"));
  EXPECT_EQ(datoms(db(), avet, "[:n 3]"), edn("[[12 :n 3]]"));
  EXPECT_EQ(datoms(db(), avet, "[:n 3 11]"), edn("[]"));
  EXPECT_EQ(datoms(db(), aevt, "[:n]", 2), edn("[[10 :n 1] [11 :n 2]]"));
}

TEST_F(ComponentsTest, NameEntitiesByLookupRefAndIdent) {  // [I-3]
  EXPECT_EQ(datoms(db(), eavt, "[[:key \"ten\"] :n]"), edn("[[10 :n 1]]"));
  EXPECT_EQ(datoms(db(), eavt, "[:twelve :n]"), edn("[[12 :n 3]]"));
  EXPECT_EQ(datoms(db(), avet, "[:link :twelve]"), edn("[[10 :link 12]]"));
  EXPECT_EQ(datoms(db(), eavt, "[10 :link :twelve]"), edn("[[10 :link 12]]"));
  EXPECT_EQ(datoms(db(), eavt, "[[:key \"eleven\"]]"), Value("entity-id/missing"));
  EXPECT_EQ(datoms(db(), eavt, "[:eleven]"), Value("entity-id/missing"));
  EXPECT_EQ(datoms(db(), avet, "[:link [:key \"x\"]]"), Value("entity-id/missing"));
  EXPECT_EQ(datoms(db(), eavt, "[[:text \"x\"]]"), Value("lookup-ref/unique"));
}

TEST_F(ComponentsTest, NilEndsThem) {  // [I-2]
  EXPECT_EQ(datoms(db(), eavt, "[11 nil]"), edn("[[11 :n 2]]"));
  EXPECT_EQ(datoms(db(), eavt, "[11 nil nil nil]"), edn("[[11 :n 2]]"));
  EXPECT_EQ(datoms(db(), eavt, "[nil :n]"), Value("index/bad-components"));
  EXPECT_EQ(datoms(db(), eavt, "[11 nil 2]"), Value("index/bad-components"));
  EXPECT_EQ(datoms(db(), eavt, "[11 :n 2 5 5]"), Value("index/bad-components"));
}

TEST_F(ComponentsTest, AvetNeedsAnIndex) {  // [I-4]
  EXPECT_EQ(datoms(db(), avet, "[:text]"), Value("index/not-indexed"));
  EXPECT_EQ(seek(db(), avet, "[:text]", 1), Value("index/not-indexed"));
  auto error = db().datoms(avet, edn("[:text]").items()).error();
  EXPECT_EQ(error.message(), "Attribute :text should be marked as :db/index true");
  EXPECT_EQ(db().datoms(avet)->size(), 3u + 2 + 1 + 5 + 2);  // n, link, key, idents, txInstants
}

TEST_F(ComponentsTest, UndeclaredAttributesDependOnTheFlexibility) {  // [I-5, U-6]
  EXPECT_EQ(datoms(db(), aevt, "[:nothing]"), Value("search/pattern"));
  EXPECT_EQ(datoms(db(), eavt, "[10 :nothing]"), Value("search/pattern"));
  TestDatabase flexible({.schema_on_read = true});
  fill(flexible);
  flexible.commit("+ 10 :anything 5");
  EXPECT_EQ(datoms(flexible.db(), aevt, "[:nothing]"), edn("[]"));
  EXPECT_EQ(datoms(flexible.db(), eavt, "[10 :nothing]"), edn("[]"));
  EXPECT_EQ(datoms(flexible.db(), aevt, "[:anything]"), edn("[[10 :anything 5]]"));
  EXPECT_EQ(datoms(flexible.db(), avet, "[:anything]"), Value("index/not-indexed"));
}

TEST_F(ComponentsTest, OfTheWrongKindAreRefused) {
  EXPECT_EQ(datoms(db(), eavt, "[\"x\"]"), Value("search/pattern"));
  EXPECT_EQ(datoms(db(), eavt, "[1.5]"), Value("search/pattern"));
  EXPECT_EQ(datoms(db(), eavt, "[10 5]"), Value("search/pattern"));
  EXPECT_EQ(datoms(db(), aevt, "[[:n]]"), Value("search/pattern"));
  EXPECT_EQ(datoms(db(), eavt, "[10 :n 1 :x]"), Value("search/pattern"));
  EXPECT_EQ(datoms(db(), eavt, "[0]"), Value("entity-id/syntax"));
}

TEST_F(ComponentsTest, SeekGoesOnToTheEndOfTheIndex) {  // [I-6]
  EXPECT_EQ(seek(db(), avet, "[:n 2]", 2), edn("[[11 :n 2] [12 :n 3]]"));
  EXPECT_EQ(seek(db(), avet, "[:link 12]", 2), edn("[[10 :link 12] [10 :n 1]]"));
  EXPECT_EQ(seek(db(), eavt, "[10 :link 11 536870915]", 1), edn("[[10 :link 12]]"));
  EXPECT_EQ(seek(db(), eavt, "[11 :zzz]", 1), Value("search/pattern"));
  EXPECT_EQ(seek(db(), eavt, "[13]", 1),
            edn("[[536870913 :db/txInstant #inst \"1970-01-01T00:00:01\"]]"));
  EXPECT_EQ(seek(db(), eavt, "[999999999]", 1), edn("[]"));
  EXPECT_EQ(db().seek_datoms(eavt, {})->size(), *db().count());
}

TEST_F(ComponentsTest, ViewsAreReadInTheSameWay) {  // [I-11]
  database_.commit("- 11 :n 2\n+ 11 :n 9\n- 10 :link 12");
  const Db then = db().as_of(kTx0 + 2);
  EXPECT_EQ(datoms(then, avet, "[:n]"), edn("[[10 :n 1] [11 :n 2] [12 :n 3]]"));
  EXPECT_EQ(datoms(db(), avet, "[:n]"), edn("[[10 :n 1] [12 :n 3] [11 :n 9]]"));
  EXPECT_EQ(seek(then, avet, "[:n 2]", 2), edn("[[11 :n 2] [12 :n 3]]"));
  EXPECT_EQ(datoms(then, eavt, "[10 :link]", 1), edn("[[10 :link 11]]"));
  EXPECT_EQ(datoms(then, avet, "[:link :twelve]"), edn("[[10 :link 12]]"));
  EXPECT_EQ(datoms(db().as_of(kTx0 + 1), eavt, "[:twelve]"), Value("entity-id/missing"));
}

}  // namespace
}  // namespace stele::db
