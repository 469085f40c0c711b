// Entities: everything that one says, or one attribute of it.
#include <gtest/gtest.h>

#include "edn/writer.h"
#include "query/pull_testing.h"

namespace stele::query {
namespace {

Db orders() {
  return database(
      {declare(101, ":name", ":db.type/string", false, ":db/unique :db.unique/identity") +
           declare(102, ":tag", ":db.type/keyword", true) +
           declare(103, ":friend", ":db.type/ref", true) + declare(104, ":boss", ":db.type/ref") +
           declare(105, ":line", ":db.type/ref", true, ":db/isComponent true") +
           declare(106, ":ok", ":db.type/boolean"),
       "+ 1 :name \"ann\"\n+ 1 :tag :b\n+ 1 :tag :a\n+ 1 :friend 2\n+ 1 :friend 3\n+ 1 :ok false\n"
       "+ 2 :name \"bob\"\n+ 2 :boss 1\n+ 2 :db/ident :person/bob\n"
       "+ 3 :boss 1\n+ 3 :boss-note 7\n"
       "+ 10 :line 11\n+ 10 :line 12\n+ 11 :line 13\n+ 12 :ok true\n+ 13 :line 10\n"});
}

std::string touched(const Db& db, const Value& eid) {
  const auto map = entity(db, eid);
  return map.ok() ? edn::write(*map) : "!! " + map.error().code();
}

std::string attribute(const Db& db, const Value& eid, std::string_view name) {
  const auto value = entity_attribute(db, eid, form(name));
  return value.ok() ? edn::write(*value) : "!! " + value.error().code();
}

TEST(Entity, IsAllThatItSays) {  // N-2, N-4
  EXPECT_EQ(canonical("{:db/id 1 :name \"ann\" :tag #{:a :b} :ok false "
                      ":friend #{{:db/id 2} {:db/id 3}}}"),
            touched(orders(), 1));
  EXPECT_EQ(canonical("{:db/id 3 :boss {:db/id 1} :boss-note 7}"), touched(orders(), 3));
}

TEST(Entity, IsNamedByIdLookupRefOrIdent) {  // N-1, J-26
  EXPECT_EQ(touched(orders(), 2), touched(orders(), form("[:name \"bob\"]")));
  EXPECT_EQ(touched(orders(), 2), touched(orders(), form(":person/bob")));
  EXPECT_EQ("{:db/id 99}", touched(orders(), 99));
  EXPECT_EQ("nil", touched(orders(), form("[:name \"nobody\"]")));
  EXPECT_EQ("nil", touched(orders(), form(":person/nobody")));
  EXPECT_EQ("nil", touched(orders(), Value()));
  EXPECT_EQ("!! entity-id/syntax", touched(orders(), "ann"));
}

TEST(Entity, OwnsItsComponents) {  // N-4, P-15
  EXPECT_EQ(canonical("{:db/id 10 :line #{{:db/id 11 :line #{{:db/id 13 :line #{{:db/id 10}}}}} "
                      "{:db/id 12 :ok true}}}"),
            touched(orders(), 10));
}

TEST(Entity, OneAttribute) {  // N-2, X-110
  EXPECT_EQ("\"ann\"", attribute(orders(), 1, ":name"));
  EXPECT_EQ("false", attribute(orders(), 1, ":ok"));
  EXPECT_EQ("#{:a :b}", attribute(orders(), 1, ":tag"));
  EXPECT_EQ("{:db/id 1}", attribute(orders(), 2, ":boss"));
  EXPECT_EQ("#{{:db/id 2} {:db/id 3}}", attribute(orders(), 1, ":friend"));
  EXPECT_EQ("#{{:db/id 11} {:db/id 12}}", attribute(orders(), 10, ":line"));
  EXPECT_EQ("1", attribute(orders(), form("[:name \"ann\"]"), ":db/id"));
  EXPECT_EQ("nil", attribute(orders(), 2, ":tag"));
  EXPECT_EQ("nil", attribute(orders(), 2, ":undeclared"));
  EXPECT_EQ("nil", attribute(orders(), form("[:name \"nobody\"]"), ":name"));
}

TEST(Entity, OneAttributeBackwards) {  // N-3, X-111
  EXPECT_EQ("#{{:db/id 2} {:db/id 3}}", attribute(orders(), 1, ":_boss"));
  EXPECT_EQ("{:db/id 10}", attribute(orders(), 11, ":_line"));
  EXPECT_EQ("nil", attribute(orders(), 2, ":_boss"));
  EXPECT_EQ("nil", attribute(orders(), 99, ":_line"));
  EXPECT_EQ("!! parser/pull", attribute(orders(), 1, ":_name"));
  EXPECT_EQ("!! search/pattern", attribute(orders(), 1, "7"));
}

TEST(Entity, OfThePast) {  // P-24
  EXPECT_EQ("{:db/id 1}", touched(orders().as_of(kTx0 + 1), 1));
  EXPECT_EQ("nil", attribute(orders().as_of(kTx0 + 1), 1, ":name"));
  EXPECT_EQ("\"ann\"", attribute(orders().as_of(kTx0 + 2), 1, ":name"));
}

}  // namespace
}  // namespace stele::query
