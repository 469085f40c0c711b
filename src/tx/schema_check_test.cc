#include "tx/schema_check.h"

#include <gtest/gtest.h>

#include "tx/transact_testing.h"

namespace stele::tx {
namespace {

#define EXPECT_FAILS(argument, code, fragment)                              \
  do {                                                                      \
    const std::string error = line.fails(argument);                         \
    EXPECT_TRUE(error.starts_with(code ": ")) << argument << "\n" << error; \
    EXPECT_NE(error.find(fragment), std::string::npos) << error;            \
  } while (false)

constexpr std::string_view kSchema = R"([
  {:db/id 1 :db/ident :n :db/valueType :db.type/long :db/cardinality :db.cardinality/one}
  {:db/id 2 :db/ident :tag :db/valueType :db.type/keyword :db/cardinality :db.cardinality/many}
  {:db/id 3 :db/ident :email :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}
  {:db/id 4 :db/ident :i :db/valueType :db.type/long :db/cardinality :db.cardinality/one
   :db/index true}
  {:db/id 5 :db/ident :to :db/valueType :db.type/ref :db/cardinality :db.cardinality/one}
  {:db/id 6 :db/ident :unused :db/valueType :db.type/long :db/cardinality :db.cardinality/one}])";

class SchemaCheck : public ::testing::Test {
 protected:
  void SetUp() override {
    line.must(kSchema);
    line.must(R"([{:db/id 10 :n 1 :tag [:a :b] :email "x" :i 1 :to 10} {:db/id 11 :tag :c}])");
  }
  std::string effects_of(std::string_view argument) { return effects(line.must(argument).report); }
  TestLine line;
};

TEST_F(SchemaCheck, D120_schema_is_in_force_at_once_in_any_form) {
  EXPECT_EQ(effects_of(R"([[:db/add "a" :db/cardinality :db.cardinality/many]
    [:db/add "a" :db/valueType :db.type/long] [:db/add "a" :db/ident :many]
    {:db/id 20 :many [1 2]} [:db/add 20 :many 3]])"),
            "+21 :db/cardinality :db.cardinality/many  +21 :db/valueType :db.type/long  "
            "+21 :db/ident :many  +20 :many 1  +20 :many 2  +20 :many 3");
  EXPECT_EQ(effects_of(R"([{:db/ident :key :db/valueType :db.type/string :db/unique
    :db.unique/identity :db/cardinality :db.cardinality/one} {:key "a" :n 5} {:key "a" :n 6}])"),
            "+22 :db/cardinality :db.cardinality/one  +22 :db/ident :key  "
            "+22 :db/unique :db.unique/identity  +22 :db/valueType :db.type/string  "
            "+23 :key \"a\"  +23 :n 5  -23 :n 5  +23 :n 6");
  EXPECT_FAILS(R"([[:db/add 30 :late 1] {:db/ident :late :db/valueType :db.type/long
    :db/cardinality :db.cardinality/one}])",
               "transact/schema", "not defined in current schema");
}

TEST(SchemaRead, D120_cardinality_may_change_between_items) {
  TestLine line(schema_on_read());
  EXPECT_EQ(effects(line.must(R"([[:db/add 1 :aka "x"] {:db/id 2 :db/ident :aka :db/cardinality
    :db.cardinality/many} [:db/add 1 :aka "y"] [:db/add 1 :aka "x"] [:db/retract 1 :aka "x"]])")
                        .report),
            "+1 :aka \"x\"  +2 :db/cardinality :db.cardinality/many  +2 :db/ident :aka  "
            "+1 :aka \"y\"  -1 :aka \"x\"");
}

TEST_F(SchemaCheck, X66_declaring_again_changes_nothing) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(effects_of(R"([{:db/ident :n :db/valueType :db.type/long
      :db/cardinality :db.cardinality/one}])"),
              "");
  }
}

TEST_F(SchemaCheck, D121a_attributes_have_type_and_cardinality) {
  EXPECT_FAILS("[{:db/ident :x :db/valueType :db.type/long}]", "transact/schema",
               "Invalid schema state for :x after transaction");
  EXPECT_FAILS("[{:db/ident :x :db/cardinality :db.cardinality/one}]", "transact/schema",
               "Incomplete schema transaction attributes");
  EXPECT_FAILS("[[:db/add -1 :db/ident :x] [:db/add -1 :db/index true]]", "transact/schema",
               "Invalid schema state");
  EXPECT_FAILS("[[:db/retract 6 :db/cardinality]]", "transact/schema", "Invalid schema state");
  EXPECT_EQ(effects_of("[{:db/ident :red :db/doc \"a colour\"}]"),
            "+12 :db/doc \"a colour\"  +12 :db/ident :red");
}

TEST(SchemaRead, D121a_holds_under_write_only) {
  TestLine line(schema_on_read());
  EXPECT_EQ(effects(line.must("[{:db/ident :x :db/cardinality :db.cardinality/many}]").report),
            "+1 :db/cardinality :db.cardinality/many  +1 :db/ident :x");
}

TEST_F(SchemaCheck, D121b_cardinality) {
  EXPECT_EQ(effects_of("[[:db/add 1 :db/cardinality :db.cardinality/many]]"),
            "-1 :db/cardinality :db.cardinality/one  +1 :db/cardinality :db.cardinality/many");
  EXPECT_FAILS("[[:db/add :email :db/cardinality :db.cardinality/many]]", "transact/schema",
               "Update not supported for these schema attributes");
  EXPECT_FAILS("[{:db/ident :tag :db/cardinality :db.cardinality/one}]", "transact/schema",
               "Cannot narrow");
  EXPECT_EQ(
      effects_of("[[:db/retract 10 :tag :a] [:db/add 2 :db/cardinality :db.cardinality/one]]"),
      "-10 :tag :a  -2 :db/cardinality :db.cardinality/many  "
      "+2 :db/cardinality :db.cardinality/one");
  EXPECT_EQ(effects_of("[[:db/add 11 :tag :z]]"), "-11 :tag :c  +11 :tag :z");
}

TEST_F(SchemaCheck, D121c_many_does_not_become_unique) {
  EXPECT_FAILS("[[:db/add :tag :db/unique :db.unique/value]]", "transact/schema",
               "An attribute of cardinality many cannot become unique");
  EXPECT_EQ(effects_of("[[:db/add :email :db/unique :db.unique/value]]"),
            "-3 :db/unique :db.unique/identity  +3 :db/unique :db.unique/value");
}

TEST_F(SchemaCheck, D121d_data_does_not_become_indexed) {
  EXPECT_FAILS("[[:db/add :n :db/index true]]", "transact/schema", "The attribute has data");
  EXPECT_FAILS("[[:db/add :n :db/unique :db.unique/value]]", "transact/schema",
               "The attribute has data");
  line.must("[[:db/retract 10 :n 1]]");
  EXPECT_FAILS("[[:db/add :n :db/index true]]", "transact/schema", "The attribute has data");
  line.must("[[:db/add :unused :db/index true] [:db/add :unused :db/unique :db.unique/value]]");
  EXPECT_EQ(effects_of("[[:db/add 10 :unused 1]]"), "+10 :unused 1");
  EXPECT_FAILS("[[:db/add 11 :unused 1]]", "transact/unique", "");
}

TEST(SchemaRead, D121d_facts_of_the_same_transaction_count_for_uniqueness) {
  TestLine line(schema_on_read());
  EXPECT_FAILS("[[:db/add 1 :x 1] [:db/add 2 :x 1] {:db/ident :x :db/unique :db.unique/value}]",
               "transact/schema", "The attribute has data");
  line.must("[[:db/add 1 :x 1] {:db/ident :x :db/index true}]");
  EXPECT_EQ(line.facts(IndexOrder::avet), "[1 :x 1] [2 :db/ident :x]");
}

TEST_F(SchemaCheck, D121e_X86_types_of_data_do_not_change) {
  EXPECT_FAILS("[[:db/add 1 :db/valueType :db.type/string]]", "transact/schema",
               "Update not supported for these schema attributes: :db/valueType of :n");
  EXPECT_FAILS("[{:db/ident :n :db/valueType :db.type/string}]", "transact/schema",
               "Update not supported");
  EXPECT_EQ(effects_of("[{:db/ident :unused :db/valueType :db.type/string}]"),
            "-6 :db/valueType :db.type/long  +6 :db/valueType :db.type/string");
}

TEST_F(SchemaCheck, D123_D124_X87_names_of_data_do_not_change) {
  EXPECT_FAILS("[[:db/add 1 :db/ident :m]]", "transact/schema", "Update not supported");
  EXPECT_FAILS("[[:db/retract 1 :db/ident :n]]", "transact/schema", "Update not supported");
  EXPECT_FAILS("[[:db/add 6 :db/ident :n]]", "transact/unique", "");
  EXPECT_FAILS("[{:db/id 6 :db/ident :n}]", "transact/upsert", "");
  EXPECT_EQ(effects_of("[[:db/add 6 :db/ident :renamed]]"),
            "-6 :db/ident :unused  +6 :db/ident :renamed");
  EXPECT_EQ(effects_of("[[:db/add 10 :renamed 1]]"), "+10 :renamed 1");
  EXPECT_FAILS("[[:db/add 10 :unused 1]]", "transact/schema", "not defined in current schema");
}

TEST(SchemaDrop, D121e_data_and_attribute_go_together_without_history) {
  TestLine line(without_history());
  line.must(kSchema);
  line.must("[[:db/add 10 :n 1]]");
  line.must("[[:db/retract 10 :n 1] [:db/retract 1 :db/ident :n]]");
  EXPECT_FAILS("[[:db/add 10 :n 1]]", "transact/schema", "not defined in current schema");
}

TEST_F(SchemaCheck, D121f_some_things_change_freely) {
  EXPECT_EQ(effects_of("[{:db/ident :n :db/doc \"a number\" :db/noHistory true}]"),
            "+1 :db/doc \"a number\"  +1 :db/noHistory true");
  EXPECT_EQ(effects_of("[{:db/ident :to :db/isComponent true}]"), "+5 :db/isComponent true");
}

TEST_F(SchemaCheck, D121g_an_index_stays) {
  EXPECT_FAILS("[[:db/add :i :db/index false]]", "transact/schema",
               "An index cannot be taken away");
  EXPECT_FAILS("[[:db/retract :i :db/index true]]", "transact/schema", "An index cannot be taken");
  EXPECT_FAILS("[[:db/retract :email :db/unique]]", "transact/unsupported", "out of the index");
  line.must("[[:db/add :unused :db/unique :db.unique/value]]");
  line.must("[[:db/retract :unused :db/unique]]");
}

TEST_F(SchemaCheck, D62_components_are_references) {
  EXPECT_FAILS("[{:db/ident :n :db/isComponent true}]", "schema/validation",
               "should also have {:db/valueType :db.type/ref}");
}

TEST_F(SchemaCheck, D66_the_namespace_db_is_taken) {
  EXPECT_FAILS("[{:db/ident :db/mine}]", "transact/schema",
               "Using namespace 'db' for attribute identifiers is not allowed");
  EXPECT_FAILS("[[:db/add 20 :db/ident :db.my/own]]", "transact/schema",
               "Using namespace 'db' for attribute identifiers is not allowed");
  EXPECT_EQ(effects_of("[[:db/add 20 :db/ident :dba/fine]]"), "+20 :db/ident :dba/fine");
}

TEST_F(SchemaCheck, D20_declarations_are_words_of_the_system) {
  EXPECT_FAILS("[[:db/add 6 :db/valueType :db.type/uri]]", "transact/schema", "Bad entity value");
  EXPECT_FAILS("[[:db/add 6 :db/cardinality :many]]", "transact/schema", "Bad entity value :many");
  EXPECT_FAILS("[[:db/add 6 :db/unique true]]", "transact/schema", "Bad entity value true");
  EXPECT_FAILS("[[:db/add 6 :db/index 1]]", "transact/schema", "Bad entity value 1");
}

}  // namespace
}  // namespace stele::tx
