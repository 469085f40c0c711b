#include "db/schema.h"

#include <gtest/gtest.h>

#include "db/db_testing.h"

namespace stele::db {
namespace {

Change add(EntityId e, std::string_view a, std::string_view v) {
  return {.e = e, .a = edn(a), .v = edn(v)};
}
Change retract(EntityId e, std::string_view a, std::string_view v) {
  return {.e = e, .a = edn(a), .v = edn(v), .added = false};
}

SchemaPtr initial() { return Schema::initial({}); }
SchemaPtr after(const SchemaPtr& schema, std::vector<Change> changes) {
  return schema->apply(changes);
}

SchemaPtr sample() {
  return after(initial(), {add(1, ":db/ident", ":name"), add(1, ":db/valueType", ":db.type/string"),
                           add(1, ":db/unique", ":db.unique/identity"),
                           add(1, ":db/cardinality", ":db.cardinality/one"),
                           add(2, ":db/ident", ":friend"), add(2, ":db/valueType", ":db.type/ref"),
                           add(2, ":db/cardinality", ":db.cardinality/many"),
                           add(2, ":db/isComponent", "true"), add(3, ":db/ident", ":red")});
}

TEST(SchemaTest, KnowsTheImplicitAttributes) {  // [D-92]
  const auto schema = initial();
  const Attribute* ident = schema->find(edn(":db/ident"));
  ASSERT_NE(ident, nullptr);
  EXPECT_EQ(ident->unique, Unique::identity);
  EXPECT_TRUE(ident->system);
  const Attribute* instant = schema->find(edn(":db/txInstant"));
  ASSERT_NE(instant, nullptr);
  EXPECT_TRUE(instant->indexed());  // [D-52]
  EXPECT_TRUE(instant->no_history);
  EXPECT_TRUE(schema->find(edn(":db.attr/preds"))->many);
  EXPECT_EQ(schema->find(edn(":name")), nullptr);
  EXPECT_EQ(schema->to_value(), edn("{}"));
  EXPECT_TRUE(schema->user_attributes().empty());
}

TEST(SchemaTest, FollowsTheDatomsThatDeclareAttributes) {
  const auto schema = sample();
  const Attribute* name = schema->find(edn(":name"));
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->id, 1u);
  EXPECT_EQ(name->type, ValueType::string);
  EXPECT_EQ(name->unique, Unique::identity);
  EXPECT_FALSE(name->many);
  EXPECT_TRUE(name->indexed());
  const Attribute* friends = schema->find(edn(":friend"));
  ASSERT_NE(friends, nullptr);
  EXPECT_TRUE(friends->many && friends->component && friends->is_ref() && friends->indexed());
}

TEST(SchemaTest, IdentsNameEntitiesButOnlyAttributesAreInTheSchema) {  // [D-66, X-127]
  const auto schema =
      after(sample(), {add(3, ":db/doc", "\"a colour\""), add(kTx0 + 1, ":db/doc", "\"why\"")});
  EXPECT_EQ(schema->entity_of(edn(":red")), 3u);
  EXPECT_EQ(schema->entity_of(edn(":name")), 1u);
  EXPECT_EQ(schema->entity_of(edn(":blue")), std::nullopt);
  EXPECT_EQ(schema->find(edn(":red")), nullptr);
  EXPECT_EQ(schema->to_value(),
            edn("{:name {:db/id 1 :db/ident :name :db/valueType :db.type/string"
                "        :db/unique :db.unique/identity :db/cardinality :db.cardinality/one}"
                " :friend {:db/id 2 :db/ident :friend :db/valueType :db.type/ref"
                "          :db/cardinality :db.cardinality/many :db/isComponent true}}"));
}

TEST(SchemaTest, GroupsAttributesByProperty) {  // [D-93]
  EXPECT_EQ(sample()->to_reverse_value(),
            edn("{:db/ident #{:name :friend} :db/index #{:name :friend} :db/unique #{:name}"
                " :db.unique/identity #{:name} :db.cardinality/many #{:friend}"
                " :db.type/ref #{:friend} :db/isComponent #{:friend}}"));
}

TEST(SchemaTest, StaysItselfWhenNothingConcernsIt) {
  const auto schema = sample();
  EXPECT_EQ(after(schema, {add(7, ":name", "\"x\"")}), schema);
  EXPECT_EQ(after(schema, {add(7, ":db/doc", "\"x\"")}), schema);
  EXPECT_EQ(after(schema, {}), schema);
  EXPECT_NE(after(schema, {add(7, ":db/ident", ":x")}), schema);
}

TEST(SchemaTest, ForgetsWhatIsRetracted) {  // [D-124]
  const auto schema = after(sample(), {retract(1, ":db/ident", ":name")});
  EXPECT_EQ(schema->find(edn(":name")), nullptr);
  EXPECT_EQ(schema->entity_of(edn(":name")), std::nullopt);
  EXPECT_EQ(schema->facts_of(1).size(), 3u);
  const auto changed = after(
      sample(), {retract(1, ":db/unique", ":db.unique/identity"), add(1, ":db/index", "true")});
  EXPECT_EQ(changed->find(edn(":name"))->unique, Unique::none);
  EXPECT_TRUE(changed->find(edn(":name"))->indexed());
}

TEST(SchemaTest, AnIdentCanMoveToAnotherEntityWithinOneTransaction) {
  const auto schema =
      after(sample(), {add(9, ":db/ident", ":name"), retract(1, ":db/ident", ":name"),
                       add(9, ":db/cardinality", ":db.cardinality/many")});
  EXPECT_EQ(schema->entity_of(edn(":name")), 9u);
  EXPECT_EQ(schema->find(edn(":name"))->id, 9u);
  EXPECT_TRUE(schema->find(edn(":name"))->many);
}

TEST(SchemaTest, OldSchemasStayAsTheyWere) {
  const auto old = sample();
  (void)after(old, {retract(1, ":db/ident", ":name"), add(4, ":db/ident", ":x")});
  EXPECT_NE(old->find(edn(":name")), nullptr);
  EXPECT_EQ(old->entity_of(edn(":x")), std::nullopt);
}

TEST(SchemaTest, KeepsTheDocsOfWhatItKnows) {
  const auto schema =
      after(initial(), {add(1, ":db/doc", "\"a name\""), add(1, ":db/ident", ":name"),
                        add(1, ":db/index", "true"), add(2, ":db/doc", "\"a book\"")});
  EXPECT_EQ(schema->to_value(), edn("{:name {:db/id 1 :db/ident :name :db/index true"
                                    "        :db/doc \"a name\"}}"));
  EXPECT_TRUE(schema->facts_of(2).empty());
}

TEST(SchemaTest, HasPredicatesAsASet) {
  const auto schema =
      after(initial(), {add(1, ":db/ident", ":n"), add(1, ":db/index", "true"),
                        add(1, ":db.attr/preds", "odd?"), add(1, ":db.attr/preds", "pos?")});
  EXPECT_EQ(schema->to_value(),
            edn("{:n {:db/id 1 :db/ident :n :db/index true :db.attr/preds #{odd? pos?}}}"));
}

TEST(SchemaTest, ReadsBackWhatItWrote) {
  const auto schema = sample();
  const auto bytes = schema->write();
  auto read = Schema::read({}, bytes);
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ((*read)->to_value(), schema->to_value());
  EXPECT_EQ((*read)->write(), bytes);
  EXPECT_EQ((*read)->entity_of(edn(":red")), 3u);
  EXPECT_NE((*read)->find(edn(":db/ident")), nullptr);
  auto empty = Schema::read({}, {});
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ((*empty)->write(), initial()->write());
}

TEST(SchemaTest, RefusesDamagedBytes) {
  for (const auto* text : {"[]", "{:a []}", "{1 :a}", "{1 [:db/ident]}", "{1 [:name 5]}", "{-1 []}",
                           "{1 [:db/ident :b :db/doc \"x\"]}"}) {
    base::Bytes bytes;
    value::write_value(edn(text), bytes);
    auto read = Schema::read({}, bytes);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code(), "schema/corrupt");
  }
  auto bytes = sample()->write();
  for (std::size_t n = 1; n < bytes.size(); ++n) {
    EXPECT_FALSE(Schema::read({}, base::ByteView(bytes).first(n)).ok());
  }
}

TEST(SchemaTest, NamesItsTypes) {  // [D-20]
  for (int i = 1; i <= static_cast<int>(ValueType::store_ref); ++i) {
    const auto type = static_cast<ValueType>(i);
    EXPECT_EQ(value_type_of(Value::keyword(name(type))), type);
  }
  EXPECT_EQ(name(ValueType::int64), "db.type/long");
  EXPECT_EQ(value_type_of(edn(":db.type/uri")), std::nullopt);
  EXPECT_EQ(value_type_of(edn("5")), std::nullopt);
}

}  // namespace
}  // namespace stele::db
